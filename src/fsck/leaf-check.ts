/** Holds records against their leaves, and against them what hangs on records: indexes, counters, blobs. */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { Owners } from '../host/index.ts'
import type { Consequences } from '../module/index.ts'
import { readCounterValue } from '../state/index.ts'
import type { TableRow, Tables } from '../store/index.ts'
import type { PatchedTable } from './patched-table.ts'
import type { PlacedLeaf } from './tree-walk.ts'

/** A leaf whose record is another one, or is not there. */
export type UnmetLeaf = PlacedLeaf & { readonly value: Uint8Array | undefined }

/** A record that its leaf proves and that is wrong all the same: no flipped bit, a defect. */
export type OddRecord = { readonly key: Uint8Array; readonly reason: string }

export type LeafCheckState = {
  /** Leaves seen. */
  leaves: number
  /** Index entries that there must be. */
  indexes: number
  blobs: number
  readonly unmet: UnmetLeaf[]
  readonly odd: OddRecord[]
  /** Entries that are missing or lead elsewhere, as they should be; `isThere` when a row has the key. */
  readonly wrongIndexes: (TableRow & { readonly isThere: boolean })[]
  readonly missingBlobs: Uint8Array[]
  /** By the key of the counter's leaf. */
  readonly counted: Map<string, bigint>
  readonly counters: Map<string, bigint>
}

export function emptyLeafCheck(): LeafCheckState {
  return {
    leaves: 0,
    indexes: 0,
    blobs: 0,
    unmet: [],
    odd: [],
    wrongIndexes: [],
    missingBlobs: [],
    counted: new Map(),
    counters: new Map(),
  }
}

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
    const entries: TableRow[] = []
    const blobs: Uint8Array[] = []
    for (const placed of leaves) {
      const { key, valueHash } = placed.leaf
      const value = found.get(toHex(key))
      state.leaves += 1
      if (value === undefined || !equalBytes(sha256(value), valueHash)) state.unmet.push({ ...placed, value })
      else follow(owners, placed, value, state, entries, blobs)
    }
    await this.#asking
    this.#asking = this.#ask(entries, blobs)
    this.#asking.catch(() => undefined)
  }

  async #ask(entries: readonly TableRow[], blobs: readonly Uint8Array[]): Promise<void> {
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

function follow(
  owners: Owners,
  { tree, leaf: { key } }: PlacedLeaf,
  value: Uint8Array,
  state: LeafCheckState,
  entries: TableRow[],
  blobs: Uint8Array[],
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
    for (const index of consequences.indexes) entries.push({ key: index, value: key })
    blobs.push(...consequences.blobs)
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
