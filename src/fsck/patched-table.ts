/** A table as it will be when what was found is mended: rows of the database, with the mended ones in their places. */
import { compareBytes, toHex } from '../codec/index.ts'
import type { StoreTable, TableRow, Tables } from '../store/index.ts'

export class PatchedTable {
  readonly table: StoreTable
  readonly #tables: Tables
  /** What rows become, null for those that go, by the hexadecimal of their keys. */
  readonly #patches = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array | null }>()

  constructor(tables: Tables, table: StoreTable) {
    this.#tables = tables
    this.table = table
  }

  get patches(): readonly { readonly key: Uint8Array; readonly value: Uint8Array | null }[] {
    return [...this.#patches.values()]
  }

  patch(key: Uint8Array, value: Uint8Array | null): void {
    this.#patches.set(toHex(key), { key, value })
  }

  async read(keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (keys.length === 0) return new Map()
    const stored = await this.#tables.read(this.table, keys)
    if (this.#patches.size === 0) return stored
    const rows = new Map(stored)
    for (const key of keys) {
      const patch = this.#patches.get(toHex(key))
      if (patch === undefined) continue
      if (patch.value === null) rows.delete(toHex(key))
      else rows.set(toHex(key), patch.value)
    }
    return rows
  }

  async count(): Promise<bigint> {
    let count = await this.#tables.count(this.table)
    const stored = await this.#tables.read(
      this.table,
      this.patches.map(({ key }) => key),
    )
    for (const { key, value } of this.patches) {
      const isThere = stored.has(toHex(key))
      if (isThere && value === null) count -= 1n
      if (!isThere && value !== null) count += 1n
    }
    return count
  }

  /** All rows in the order of their keys, a portion ahead of the reader. */
  async *portions(limit: number, after?: Uint8Array): AsyncGenerator<readonly TableRow[]> {
    let last = after
    let next = this.#tables.scan(this.table, last, limit)
    for (;;) {
      const rows = await next
      const end = rows.at(-1)?.key
      const isLast = rows.length < limit || end === undefined
      // Fetched while the reader works on this one.
      if (!isLast) {
        next = this.#tables.scan(this.table, end, limit)
        next.catch(() => undefined)
      }
      const patched = this.#patched(rows, last, isLast ? undefined : end)
      if (patched.length > 0) yield patched
      if (isLast) return
      last = end
    }
  }

  #patched(
    rows: readonly TableRow[],
    after: Uint8Array | undefined,
    until: Uint8Array | undefined,
  ): readonly TableRow[] {
    if (this.#patches.size === 0) return rows
    const here = this.patches.filter(
      ({ key }) =>
        (after === undefined || compareBytes(key, after) > 0) && (until === undefined || compareBytes(key, until) <= 0),
    )
    if (here.length === 0) return rows
    const kept = rows.filter(({ key }) => !this.#patches.has(toHex(key)))
    const added = here.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]))
    return [...kept, ...added].sort((a, b) => compareBytes(a.key, b.key))
  }

  /** Writes the patches into the database. */
  async apply(): Promise<void> {
    for (const { key, value } of this.patches) {
      if (value === null) await this.#tables.remove(this.table, key)
      else await this.#tables.put(this.table, { key, value })
    }
  }
}
