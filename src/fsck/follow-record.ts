/** What hangs on a record that is the one of its leaf: index entries, blobs, counters. */
import { equalBytes, toHex } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { Owners } from '../host/index.ts'
import type { Consequences } from '../module/index.ts'
import { readCounterValue, type TreeName } from '../state/index.ts'
import type { TableRow } from '../store/index.ts'
import type { LeafCheckState } from './leaf-check-state.ts'

/** Index entries that there must be, and digests of blobs. */
export type Followed = { readonly entries: TableRow[]; readonly blobs: Uint8Array[] }

/** Adds to `followed` what must be found elsewhere because of a record, and counts it; a record that can't be is odd. */
export function followRecord(
  owners: Owners,
  { tree, key, value }: TableRow & { readonly tree: TreeName },
  state: LeafCheckState,
  followed: Followed,
): void {
  const odd = (reason: string) => state.odd.push({ key, reason })
  const owner = owners.of(key)
  if (owner === undefined) return void odd('it belongs to no collection of the protocol in force')
  if (owner.collection.tree !== tree) return void odd(`its leaf stands in the tree ${tree}`)
  try {
    if (owner.part === 'counter') {
      state.counters.set(toHex(key), readCounterValue(value))
      return
    }
    const consequences = owner.collection.consequences(value)
    if (!equalBytes(consequences.record, key)) return void odd('its value belongs under another key')
    for (const index of consequences.indexes) followed.entries.push({ key: index, value: key })
    followed.blobs.push(...consequences.blobs)
    count(consequences, state.counted)
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    odd(error.message)
  }
}

function count({ counters }: Consequences, counted: Map<string, bigint>): void {
  for (const key of counters) {
    const id = toHex(key)
    counted.set(id, (counted.get(id) ?? 0n) + 1n)
  }
}
