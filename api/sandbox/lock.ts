/** One process at a time runs a sandbox in a folder. */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { toHex } from '../../src/codec/index.ts'
import { cliError } from '../client/index.ts'
import type { Layout } from './layout.ts'

export type Lock = { release(): void }

/** A number of a process is used again; the moment of its birth, in clock ticks since boot, is not. */
type Owner = { readonly process: number; readonly started: string }

/** Takes the lock, also one that a killed process left. @throws cli.sandbox-running */
export function takeLock({ folder, lock }: Layout): Lock {
  const draft = `${lock}.${toHex(randomBytes(4))}`
  writeFileSync(draft, JSON.stringify({ process: process.pid, started: startOf(process.pid) }), { mode: 0o600 })
  try {
    while (!take(draft, lock)) {
      refuseRunning({ folder, lock })
      // Only one of two that find the same dead owner gets this file away, and the other looks again.
      discard(lock)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return { release: () => rmSync(lock, { force: true }) }
}

/** @throws cli.sandbox-running when the process that took the lock lives */
export function refuseRunning({ folder, lock }: Pick<Layout, 'folder' | 'lock'>): void {
  const owner = ownerOf(lock)
  if (owner !== undefined && isAlive(owner)) throw cliError('sandbox-running', { folder, process: owner.process })
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

function ownerOf(lock: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(lock, 'utf8'))
    if (typeof value !== 'object' || value === null || !('process' in value) || !('started' in value)) return undefined
    const { process, started } = value
    return typeof process === 'number' && typeof started === 'string' ? { process, started } : undefined
  } catch {
    return undefined
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.process, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return startOf(owner.process) === owner.started
}

/** Field 22 of /proc/PID/stat (proc(5)); empty where there is no such file. The second field may hold spaces. */
function startOf(processId: number): string {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
