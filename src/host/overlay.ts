/**
 * The state during one block: what was fetched from the store, what this block wrote over it, and a journal that undoes
 * to any mark. Everything else that a savepoint must undo (events, kept blobs, counter changes) is journaled here too.
 */
import { equalBytes } from '../codec/index.ts'
import { type Address, addressOf } from '../module/index.ts'
import type { TreeName } from '../state/index.ts'

/** Not an error: `apply` met an entry that is not fetched yet. The host fetches it and runs the item again. */
export class MissingRead {
  readonly address: Address
  constructor(address: Address) {
    this.address = address
  }
}

/** Reads rows by their keys, which are given, as the rows are, by their text. */
export type Fetch = (
  table: Address['table'],
  keys: ReadonlyMap<string, Uint8Array>,
) => Promise<ReadonlyMap<string, Uint8Array>>

type Entry = {
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  now: Uint8Array | null
  /** The tree of a record that was written; a key never changes its tree. */
  tree: TreeName | undefined
}

/** What a block changed of one row. */
export type EntryChange = {
  /** The key as text. */
  readonly id: string
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
  readonly tree: TreeName | undefined
}

export class Overlay {
  readonly #fetch: Fetch
  readonly #tables = { records: new Map<string, Entry>(), indexes: new Map<string, Entry>() }
  readonly #journal: (() => void)[] = []
  #missed: MissingRead | undefined

  constructor(fetch: Fetch) {
    this.#fetch = fetch
  }

  /** Brings entries in; those that are here already cost nothing. */
  async load(addresses: Iterable<Address>): Promise<void> {
    const missing = this.missing(addresses)
    if (missing.length === 0) return
    const indexes = missing.filter(({ table }) => table === 'indexes')
    await this.#loadTable('indexes', indexes)
    // An index entry leads to a record: reading one means reading both.
    const led = indexes.flatMap(({ id }) => {
      const record = this.#tables.indexes.get(id)?.now
      return record === null || record === undefined ? [] : [addressOf('records', record)]
    })
    await this.#loadTable('records', this.missing([...missing.filter(({ table }) => table === 'records'), ...led]))
  }

  /** Those of the addresses that are not here yet. */
  missing(addresses: Iterable<Address>): readonly Address[] {
    const missing: Address[] = []
    for (const address of addresses) if (!this.#tables[address.table].has(address.id)) missing.push(address)
    return missing
  }

  /** Whether all of the addresses are here. */
  has(addresses: readonly Address[]): boolean {
    for (const { table, id } of addresses) if (!this.#tables[table].has(id)) return false
    return true
  }

  /** @throws MissingRead */
  get(address: Address): Uint8Array | null {
    return this.#entry(address).now
  }

  /** Whether a read was not here since the last `loadMissed`: a rule that swallowed the throw has not really run. */
  get missed(): boolean {
    return this.#missed !== undefined
  }

  async loadMissed(): Promise<void> {
    const missed = this.#missed
    this.#missed = undefined
    if (missed !== undefined) await this.load([missed.address])
  }

  /** Writes an entry that was read before. */
  set(address: Address, value: Uint8Array | null, tree?: TreeName): void {
    const entry = this.#entry(address)
    const previous = entry.now
    entry.now = value
    entry.tree ??= tree
    this.#journal.push(() => {
      entry.now = previous
    })
  }

  /** Adds to a list so that an undo takes it off again. */
  append<Item>(list: Item[], item: Item): void {
    list.push(item)
    this.#journal.push(() => {
      list.pop()
    })
  }

  mark(): number {
    return this.#journal.length
  }

  undoTo(mark: number): void {
    while (this.#journal.length > mark) this.#journal.pop()?.()
  }

  /** What differs from the store, by key. */
  changes(table: Address['table']): readonly EntryChange[] {
    const entries = this.#tables[table]
    const changed: string[] = []
    entries.forEach(({ before, now }, id) => {
      if (!same(before, now)) changed.push(id)
    })
    changed.sort()
    return changed.map((id) => {
      const { key, before, now, tree } = entries.get(id)!
      return { id, key, before, after: now, tree }
    })
  }

  #entry(address: Address): Entry {
    const entry = this.#tables[address.table].get(address.id)
    if (entry !== undefined) return entry
    this.#missed ??= new MissingRead(address)
    throw this.#missed
  }

  async #loadTable(table: Address['table'], wanted: readonly Address[]): Promise<void> {
    if (wanted.length === 0) return
    const distinct = new Map<string, Uint8Array>()
    for (const { id, key } of wanted) distinct.set(id, key)
    const found = await this.#fetch(table, distinct)
    for (const [id, key] of distinct) {
      const value = found.get(id) ?? null
      this.#tables[table].set(id, { key, before: value, now: value, tree: undefined })
    }
  }
}

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b)
}
