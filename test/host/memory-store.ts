/** The Store port in memory: what a chain needs to run fast and to be looked into. Nothing here is durable. */
import { compareBytes, fromHex, toHex } from '../../src/codec/index.ts'
import type { BlockWrite, Change, Head, Store, StoredBlock, StoreTable } from '../../src/store/index.ts'

export type MemoryStore = Store & {
  /** All rows of a table, by hexadecimal key. */
  rows(table: StoreTable): ReadonlyMap<string, Uint8Array>
}

export function memoryStore(): MemoryStore {
  const tables = { records: new Map<string, Uint8Array>(), indexes: new Map(), pages: new Map() }
  const blocks = new Map<bigint, StoredBlock>()
  const blobs = new Map<string, Uint8Array>()
  const transactions = new Map<string, { readonly height: bigint; readonly position: number }>()
  let head: Head | undefined

  const read = async (table: StoreTable, keys: readonly Uint8Array[]) => {
    const found = keys.map((key) => [toHex(key), tables[table].get(toHex(key))] as const)
    return new Map(found.filter((entry): entry is readonly [string, Uint8Array] => entry[1] !== undefined))
  }
  const apply = (table: StoreTable, changes: readonly Change[]) => {
    for (const { key, before, after } of changes) {
      const id = toHex(key)
      const stored = tables[table].get(id) ?? null
      if (hexOrNone(stored) !== hexOrNone(before))
        throw new TypeError(`a change of ${table} names another value before`)
      if (after === null) tables[table].delete(id)
      else tables[table].set(id, after)
    }
  }

  return {
    rows: (table) => tables[table],
    head: async () => head,
    base: async () => undefined,
    forget: () => undefined,
    read,
    scan: async (from, until, limit) =>
      [...tables.records]
        .filter(([id]) => id >= toHex(from) && id < toHex(until))
        .sort(([a], [b]) => compareBytes(fromHex(a), fromHex(b)))
        .slice(0, limit)
        .map(([id, value]) => ({ key: fromHex(id), value })),
    view: async () => ({ height: head?.height ?? 0n, read, close: async () => undefined }),
    write: async (block: BlockWrite) => {
      if (head !== undefined && block.height !== head.height + 1n) throw new TypeError('the block does not follow')
      apply('records', block.records)
      apply('indexes', block.indexes)
      apply('pages', block.pages)
      for (const { digest, offset, length } of block.blobs)
        blobs.set(toHex(digest), block.block.slice(offset, offset + length))
      for (const { id, position } of block.transactions) transactions.set(toHex(id), { height: block.height, position })
      blocks.set(block.height, block)
      head = { height: block.height, time: block.time, root: block.root }
    },
    block: async (height) => blocks.get(height),
    blob: async (digest) => blobs.get(toHex(digest)),
    transaction: async (id) => transactions.get(toHex(id)),
    transactions: async (ids) =>
      new Map(
        ids.map(toHex).flatMap((id) => {
          const place = transactions.get(id)
          return place === undefined ? [] : [[id, place]]
        }),
      ),
    signedHeaders: { put: async () => undefined, get: async () => undefined, missing: async () => [] },
    close: async () => undefined,
  }
}

function hexOrNone(bytes: Uint8Array | null): string {
  return bytes === null ? 'none' : toHex(bytes)
}
