/** One process at a time uses a data folder. */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { toHex } from '../../src/codec/index.ts'
import type { CommonrootError } from '../../src/errors/index.ts'
import { isAlive, type ProcessMark, thisProcess } from '../../src/store/index.ts'

export type Lock = { release(): void }

/** What is told to whoever finds the folder in use by a process. */
export type Refusal = (processId: number) => CommonrootError

/** Takes the lock, also one that a killed process left. @throws what `refusal` makes */
export function takeLock(lock: string, refusal: Refusal): Lock {
  const draft = `${lock}.${toHex(randomBytes(4))}`
  writeFileSync(draft, JSON.stringify(thisProcess()), { mode: 0o600 })
  try {
    while (!take(draft, lock)) {
      refuseRunning(lock, refusal)
      // Only one of two that find the same dead owner gets this file away, and the other looks again.
      discard(lock)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return { release: () => rmSync(lock, { force: true }) }
}

/** @throws what `refusal` makes, when the process that took the lock lives */
export function refuseRunning(lock: string, refusal: Refusal): void {
  const owner = ownerOf(lock)
  if (owner !== undefined && isAlive(owner)) throw refusal(owner.processId)
}

function take(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function discard(lock: string): void {
  const aside = `${lock}.${toHex(randomBytes(4))}`
  try {
    renameSync(lock, aside)
  } catch {
    return
  }
  const owner = ownerOf(aside)
  // Somebody else was faster and holds the lock by right: it is given back.
  if (owner !== undefined && isAlive(owner)) take(aside, lock)
  rmSync(aside, { force: true })
}

function ownerOf(lock: string): ProcessMark | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(lock, 'utf8'))
    if (typeof value !== 'object' || value === null || !('processId' in value) || !('started' in value))
      return undefined
    const { processId, started } = value
    return typeof processId === 'number' && typeof started === 'string' ? { processId, started } : undefined
  } catch {
    return undefined
  }
}
