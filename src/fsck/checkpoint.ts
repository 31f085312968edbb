/** How far a check has come, in a small file: one that was cut off goes on from there. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fromHex, toHex, utf8 } from '../codec/index.ts'
import { durably, replaceFile } from '../durable/index.ts'
import type { BlockSums } from './check-blocks.ts'
import type { StatePlace } from './check-state.ts'
import type { Finding } from './finding.ts'

/** A place in the check: among the blocks, in the state, or behind both. */
export type Place = {
  /** What is checked: chain, head and range. Of another check nothing is used. */
  readonly of: string
  readonly findings: readonly Finding[]
  readonly count: number
  /** The next height, and what was seen below it. */
  readonly blocks?: { readonly next: bigint; readonly sums: BlockSums }
  readonly state?: StatePlace
}

/** What this release writes; of another form nothing is used. */
const format = 2

export function writePlace(file: string, place: Place): Promise<void> {
  const content = utf8(JSON.stringify({ format, place }, forFile))
  return durably('fsck.note', () => replaceFile(file, content))
}

/** Undefined when there is no such file, or it is of no use: the check then begins anew. */
export function readPlace(file: string, of: string): Place | undefined {
  try {
    const { format: found, place }: { format: unknown; place: Place } = JSON.parse(readFileSync(file, 'utf8'), fromFile)
    return found === format && place.of === of ? place : undefined
  } catch {
    return undefined
  }
}

export function forgetPlace(file: string): Promise<void> {
  return durably('fsck.forget', () => rm(file, { force: true }))
}

/** Bytes, big numbers and maps as JSON has no form for them. */
function forFile(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $number: value.toString() }
  if (value instanceof Uint8Array) return { $bytes: toHex(value) }
  if (value instanceof Map) return { $map: [...value] }
  return value
}

function fromFile(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$number' in value) return BigInt(String(value.$number))
  if ('$bytes' in value) return fromHex(String(value.$bytes))
  if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map)
  return value
}
