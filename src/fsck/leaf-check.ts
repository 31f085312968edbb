/** Holds records against their leaves, and against them what hangs on records: indexes, counters, blobs. */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { Owners } from '../host/index.ts'
import type { TableRow, Tables } from '../store/index.ts'
import { type Followed, followRecord } from './follow-record.ts'
import type { LeafCheckState } from './leaf-check-state.ts'
import type { PatchedTable } from './patched-table.ts'
import type { PlacedLeaf } from './tree-walk.ts'

type Sources = {
  readonly tables: Tables
  readonly records: PatchedTable
  readonly indexes: PatchedTable
  readonly owners: Owners
}

type Reading = { readonly leaves: readonly PlacedLeaf[]; readonly rows: Promise<ReadonlyMap<string, Uint8Array>> }

/** Takes leaves in portions: while one is judged, the records of the next are read and the last one's indexes looked up. */
export class LeafCheck {
  readonly state: LeafCheckState
  readonly #sources: Sources
  #reading: Reading | undefined
  #asking: Promise<void> | undefined

  constructor(sources: Sources, state: LeafCheckState) {
    this.#sources = sources
    this.state = state
  }

  async add(leaves: readonly PlacedLeaf[]): Promise<void> {
    const rows = this.#sources.records.read(leaves.map(({ leaf }) => leaf.key))
    // Whoever waits for it hears of a failure.
    rows.catch(() => undefined)
    const previous = this.#reading
    this.#reading = { leaves, rows }
    if (previous !== undefined) await this.#judge(previous)
  }

  /** Resolves when all that was added is judged. */
  async flush(): Promise<void> {
    const last = this.#reading
    this.#reading = undefined
    if (last !== undefined) await this.#judge(last)
    await this.#asking
  }

  async #judge({ leaves, rows }: Reading): Promise<void> {
    const { owners } = this.#sources
    const { state } = this
    const found = await rows
    const followed = { entries: [], blobs: [] }
    for (const placed of leaves) {
      const { key, valueHash } = placed.leaf
      const value = found.get(toHex(key))
      state.leaves += 1
      if (value === undefined || !equalBytes(sha256(value), valueHash)) state.unmet.push({ ...placed, value })
      else followRecord(owners, { tree: placed.tree, key, value }, state, followed)
    }
    await this.#asking
    this.#asking = this.#ask(followed)
    this.#asking.catch(() => undefined)
  }

  async #ask({ entries, blobs }: Followed): Promise<void> {
    const { tables, indexes } = this.#sources
    const { state } = this
    state.indexes += entries.length
    state.blobs += blobs.length
    if (entries.length > 0 && (await tables.countIndexes(entries)) < entries.length) {
      await compareIndexes(indexes, entries, state)
    }
    if (blobs.length > 0) state.missingBlobs.push(...(await tables.missingBlobs(blobs)))
  }
}

async function compareIndexes(
  indexes: PatchedTable,
  entries: readonly TableRow[],
  state: LeafCheckState,
): Promise<void> {
  const found = await indexes.read(entries.map(({ key }) => key))
  for (const entry of entries) {
    const value = found.get(toHex(entry.key))
    if (value !== undefined && equalBytes(value, entry.value)) continue
    state.wrongIndexes.push({ ...entry, isThere: value !== undefined })
  }
}
