/**
 * The state during one block: what was fetched from the store, what this block wrote over it, and a journal that undoes
 * to any mark. Everything else that a savepoint must undo (events, kept blobs, counter changes) is journaled here too.
 */
import { toHex } from '../codec/index.ts'
import type { Address } from '../module/index.ts'

/** Not an error: `apply` met an entry that is not fetched yet. The host fetches it and runs the item again. */
export class MissingRead {
  readonly address: Address
  constructor(address: Address) {
    this.address = address
  }
}

export type Fetch = (table: Address['table'], keys: readonly Uint8Array[]) => Promise<ReadonlyMap<string, Uint8Array>>

type Entry = { readonly key: Uint8Array; readonly before: Uint8Array | null; now: Uint8Array | null }

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
    const wanted = { records: new Map<string, Uint8Array>(), indexes: new Map<string, Uint8Array>() }
    for (const { table, key } of addresses) {
      const id = toHex(key)
      if (!this.#tables[table].has(id)) wanted[table].set(id, key)
    }
    await this.#loadTable('indexes', wanted.indexes)
    // An index entry leads to a record: reading one means reading both.
    for (const id of wanted.indexes.keys()) {
      const record = this.#tables.indexes.get(id)?.now
      if (record !== null && record !== undefined && !this.#tables.records.has(toHex(record))) {
        wanted.records.set(toHex(record), record)
      }
    }
    await this.#loadTable('records', wanted.records)
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
  set(address: Address, value: Uint8Array | null): void {
    const entry = this.#entry(address)
    const previous = entry.now
    entry.now = value
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
  changes(table: Address['table']): { key: Uint8Array; before: Uint8Array | null; after: Uint8Array | null }[] {
    const changed = [...this.#tables[table]].filter(([, entry]) => !same(entry.before, entry.now))
    changed.sort(([a], [b]) => (a < b ? -1 : 1))
    return changed.map(([, entry]) => ({ key: entry.key, before: entry.before, after: entry.now }))
  }

  #entry(address: Address): Entry {
    const entry = this.#tables[address.table].get(toHex(address.key))
    if (entry !== undefined) return entry
    this.#missed ??= new MissingRead(address)
    throw this.#missed
  }

  async #loadTable(table: Address['table'], wanted: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (wanted.size === 0) return
    const found = await this.#fetch(table, [...wanted.values()])
    for (const [id, key] of wanted) {
      const value = found.get(id) ?? null
      this.#tables[table].set(id, { key, before: value, now: value })
    }
  }
}

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && toHex(a) === toHex(b)
}
