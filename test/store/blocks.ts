/** Blocks for store tests: empty but for what a test gives. */
import { createHash } from 'node:crypto'
import { utf8 } from '../../src/codec/index.ts'
import type { BlockWrite, Change } from '../../src/store/index.ts'

export const chain = 'test-0123abcd'

export function blockAt(height: bigint, parts: Partial<BlockWrite> = {}): BlockWrite {
  return {
    height,
    time: 1_700_000_000_000n + height,
    root: sha256(utf8(`root ${height}`)),
    block: utf8(`block ${height}`),
    results: utf8(`results ${height}`),
    events: utf8(`events ${height}`),
    records: [],
    indexes: [],
    pages: [],
    blobs: [],
    transactions: [],
    ...parts,
  }
}

export function put(key: string, before: string | null, after: string | null): Change {
  return { key: utf8(key), before: bytesOf(before), after: bytesOf(after) }
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : utf8(text)
}
