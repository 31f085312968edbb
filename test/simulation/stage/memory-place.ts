/**
 * A place in memory. Its store reads at earlier heights by taking back what each block says that it has changed, and
 * refuses a block that is wrong about what it found.
 */
import { compareBytes, fromHex, toHex } from '../../../src/codec/index.ts'
import { buildTree, collectionPrefix, leafOf } from '../../../src/state/index.ts'
import type { BlockWrite, Change, Head, ReadView, Store, StoredBlock, StoreTable } from '../../../src/store/index.ts'
import { viewWindow } from '../../../src/store/index.ts'
import type { Place } from './place.ts'

type Rows = Map<string, Uint8Array>

export function memoryPlace(): Place {
  const memory = new Memory()
  return {
    name: 'memory',
    open: async () => memory.store(),
    rows: async (table) => new Map([...memory.tables[table]].map(([key, value]) => [key, toHex(value)])),
    rebuildPages: async () => rebuildPages(memory.tables),
    archiveOldBlocks: async () => undefined,
    cutConnections: async () => undefined,
    close: async () => undefined,
  }
}

class Memory {
  readonly tables: Readonly<Record<StoreTable, Rows>> = { records: new Map(), indexes: new Map(), pages: new Map() }
  readonly #blocks = new Map<bigint, StoredBlock>()
  readonly #images = new Map<bigint, BlockWrite>()
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #transactions = new Map<string, { readonly height: bigint; readonly position: number }>()
  #head: Head | undefined

  store(): Store {
    return {
      head: async () => this.#head,
      base: async () => undefined,
      forget: () => undefined,
      read: async (table, keys) => this.#at(this.#head?.height ?? 0n, table, keys),
      scan: async (from, until, limit) => this.#scan(toHex(from), toHex(until), limit),
      view: async (at) => this.#view(at === 'head' ? (this.#head?.height ?? 0n) : at),
      write: async (block) => this.#write(block),
      block: async (height) => this.#blocks.get(height),
      blob: async (digest) => this.#blobs.get(toHex(digest)),
      transaction: async (id) => this.#transactions.get(toHex(id)),
      transactions: async (ids) =>
        new Map(
          ids.map(toHex).flatMap((id) => {
            const place = this.#transactions.get(id)
            return place === undefined ? [] : [[id, place]]
          }),
        ),
      signedHeaders: { put: async () => undefined, get: async () => undefined, missing: async () => [] },
      close: async () => undefined,
    }
  }

  #write(block: BlockWrite): void {
    const { height, time, root } = block
    if (height !== (this.#head === undefined ? 0n : this.#head.height + 1n)) throw new TypeError('it does not follow')
    const names = ['records', 'indexes', 'pages'] as const
    // All or nothing: what is wrong is found before anything is written.
    for (const name of names) for (const change of block[name]) requireBefore(name, this.tables[name], change)
    for (const name of names) for (const change of block[name]) put(this.tables[name], change)
    for (const { digest, offset, length } of block.blobs) {
      this.#blobs.set(toHex(digest), block.block.slice(offset, offset + length))
    }
    for (const { id, position } of block.transactions) this.#transactions.set(toHex(id), { height, position })
    this.#blocks.set(height, block)
    this.#images.set(height, block)
    this.#images.delete(height - viewWindow)
    this.#head = { height, time, root }
  }

  #scan(from: string, until: string, limit: number) {
    const found = [...this.tables.records].filter(([key]) => key >= from && key < until)
    const rows = found.map(([key, value]) => ({ key: fromHex(key), value }))
    return rows.sort((a, b) => compareBytes(a.key, b.key)).slice(0, limit)
  }

  #view(height: bigint): ReadView {
    return { height, read: async (table, keys) => this.#at(height, table, keys), close: async () => undefined }
  }

  #at(height: bigint, table: StoreTable, keys: readonly Uint8Array[]): ReadonlyMap<string, Uint8Array> {
    const found = new Map<string, Uint8Array>()
    for (const id of keys.map(toHex)) {
      let value = this.tables[table].get(id) ?? null
      for (let later = this.#head?.height ?? 0n; later > height; later--) {
        const change = this.#images.get(later)?.[table].find(({ key }) => toHex(key) === id)
        if (change !== undefined) value = change.before
      }
      if (value !== null) found.set(id, value)
    }
    return found
  }
}

function requireBefore(name: StoreTable, rows: Rows, { key, before }: Change): void {
  const stored = rows.get(toHex(key))
  const isSame = stored === undefined ? before === null : before !== null && toHex(before) === toHex(stored)
  if (!isSame) throw new TypeError(`a change of ${name} is wrong about what was there before`)
}

function put(rows: Rows, { key, after }: Change): void {
  if (after === null) rows.delete(toHex(key))
  else rows.set(toHex(key), after)
}

/** @throws when the pages that the records give are not those that were lost */
function rebuildPages({ records, pages }: Readonly<Record<StoreTable, Rows>>): void {
  const standing = ['standings', 'withdrawn-algorithms'].map((name) => toHex(collectionPrefix('governance', name)))
  const isStanding = (key: string) => standing.some((prefix) => key.startsWith(prefix))
  const lost = new Map(pages)
  pages.clear()
  for (const tree of ['standing', 'records'] as const) {
    const own = [...records].filter(([key]) => isStanding(key) === (tree === 'standing'))
    const leaves = own.map(([key, value]) => leafOf(fromHex(key), value))
    for (const { key, value } of buildTree(tree, new Uint8Array(0), leaves).pages) pages.set(toHex(key), value)
  }
  const named = (rows: Rows, key: string) => toHex(rows.get(key) ?? new Uint8Array(0))
  const others = [...lost.keys(), ...pages.keys()].filter((key) => named(lost, key) !== named(pages, key))
  if (others.length > 0) throw new Error(`pages made from the records are others: ${others.join(', ')}`)
}
