/**
 * One sparse Merkle tree over pages that somebody else keeps: changes in, new root and changed pages out.
 */
import { compareBytes, concat, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { stateError } from './errors.ts'
import { pathNibble } from './hashing.ts'
import { decodePage, emptyPage, encodePage, type Leaf, type Page, pageHash, type Slot } from './page.ts'
import { type TreeName, treeNumber } from './verifier.ts'

/** Reads pages by their store key; a map by hexadecimal key of those that exist. */
export type PageReader = (keys: readonly Uint8Array[]) => Promise<ReadonlyMap<string, Uint8Array>>

/** A leaf that is set (`value` bytes) or removed (null). */
export type LeafChange = { readonly key: Uint8Array; readonly value: Uint8Array | null }

export type PageChange = {
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
}

type HashedChange = { readonly keyHash: Uint8Array; readonly leaf: Leaf | null }

/** The store key of the page at a path of half-bytes: the tree's number, then one byte each. */
export function pageKey(tree: TreeName, path: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(treeNumber[tree]), path)
}

/**
 * Applies changes to one tree. Later changes of the same key win.
 * @returns the new root and each page that differs, sorted by its key
 * @throws state.page-form, state.page-missing
 */
export async function updateTree(
  tree: TreeName,
  read: PageReader,
  changes: readonly LeafChange[],
): Promise<{ root: Uint8Array; pages: readonly PageChange[] }> {
  const hashed = hashChanges(changes)
  const loaded = await loadTouchedPages(tree, read, hashed)
  const update = new Update(loaded)
  const root = update.applyToRoot(hashed)
  return { root, pages: update.changedPages(tree) }
}

function hashChanges(changes: readonly LeafChange[]): HashedChange[] {
  const latest = new Map<string, HashedChange>()
  for (const { key, value } of changes) {
    const keyHash = sha256(key)
    const leaf: Leaf | null = value === null ? null : { kind: 'leaf', key, keyHash, valueHash: sha256(value) }
    latest.set(toHex(keyHash), { keyHash, leaf })
  }
  return [...latest.values()].sort((a, b) => compareBytes(a.keyHash, b.keyHash))
}

type LoadedPages = Map<string, { readonly path: Uint8Array; readonly page: Page; readonly bytes: Uint8Array | null }>

/** Level by level, so that a block costs one query a level however many leaves it changes. */
async function loadTouchedPages(
  tree: TreeName,
  read: PageReader,
  changes: readonly HashedChange[],
): Promise<LoadedPages> {
  const loaded: LoadedPages = new Map()
  let wanted: Uint8Array[] = [new Uint8Array(0)]
  for (let depth = 0; wanted.length > 0; depth++) {
    const found = await read(wanted.map((path) => pageKey(tree, path)))
    const next = new Map<string, Uint8Array>()
    for (const path of wanted) {
      const bytes = found.get(toHex(pageKey(tree, path))) ?? null
      if (bytes === null && depth > 0) throw stateError('page-missing', { path })
      loaded.set(toHex(path), { path, page: bytes === null ? emptyPage : decodePage(bytes), bytes })
    }
    for (const { keyHash } of changes) {
      const path = nibblePath(keyHash, depth)
      const slot = loaded.get(toHex(path))?.page[pathNibble(keyHash, depth)]
      if (slot?.kind !== 'child') continue
      const below = nibblePath(keyHash, depth + 1)
      next.set(toHex(below), below)
    }
    wanted = [...next.values()]
  }
  return loaded
}

class Update {
  readonly #loaded: LoadedPages
  readonly #written = new Map<string, { readonly path: Uint8Array; readonly page: Page | null }>()

  constructor(loaded: LoadedPages) {
    this.#loaded = loaded
  }

  applyToRoot(changes: readonly HashedChange[]): Uint8Array {
    const path = new Uint8Array(0)
    const page = this.#changePage(this.#loaded.get('')!.page, path, changes)
    if (changes.length > 0) this.#write(path, page.every((slot) => slot === null) ? null : page)
    return pageHash(page)
  }

  changedPages(tree: TreeName): PageChange[] {
    return [...this.#written.values()]
      .map(({ path, page }) => ({
        key: pageKey(tree, path),
        before: this.#loaded.get(toHex(path))?.bytes ?? null,
        after: page === null ? null : encodePage(page),
      }))
      .filter(({ before, after }) => !isSame(before, after))
      .sort((a, b) => compareBytes(a.key, b.key))
  }

  #changePage(page: Page, path: Uint8Array, changes: readonly HashedChange[]): Page {
    const slots = [...page]
    for (const [nibble, group] of groupByNibble(changes, path.length)) {
      slots[nibble] = this.#changeSlot(slots[nibble]!, concat(path, Uint8Array.of(nibble)), group)
    }
    return slots
  }

  #changeSlot(slot: Slot, path: Uint8Array, changes: readonly HashedChange[]): Slot {
    if (slot?.kind === 'child') {
      const page = this.#changePage(this.#loaded.get(toHex(path))!.page, path, changes)
      return this.#settle(path, page)
    }
    const leaves = new Map<string, HashedChange>()
    if (slot !== null) leaves.set(toHex(slot.keyHash), { keyHash: slot.keyHash, leaf: slot })
    for (const change of changes) {
      if (change.leaf === null) leaves.delete(toHex(change.keyHash))
      else leaves.set(toHex(change.keyHash), change)
    }
    if (leaves.size <= 1) return leaves.values().next().value?.leaf ?? null
    const sorted = [...leaves.values()].sort((a, b) => compareBytes(a.keyHash, b.keyHash))
    return this.#settle(path, this.#changePage(emptyPage, path, sorted))
  }

  /** A page that holds nothing or one leaf dissolves into its parent's slot: a tree has one form for one content. */
  #settle(path: Uint8Array, page: Page): Slot {
    const held = page.filter((slot) => slot !== null)
    const only = held.length === 1 ? held[0]! : undefined
    const dissolves = held.length === 0 || only?.kind === 'leaf'
    this.#write(path, dissolves ? null : page)
    if (!dissolves) return { kind: 'child', hash: pageHash(page) }
    return only ?? null
  }

  #write(path: Uint8Array, page: Page | null): void {
    this.#written.set(toHex(path), { path, page })
  }
}

function isSame(before: Uint8Array | null, after: Uint8Array | null): boolean {
  return before === null || after === null ? before === after : equalBytes(before, after)
}

function groupByNibble(changes: readonly HashedChange[], depth: number): Map<number, HashedChange[]> {
  const groups = new Map<number, HashedChange[]>()
  for (const change of changes) {
    const nibble = pathNibble(change.keyHash, depth)
    const group = groups.get(nibble)
    if (group === undefined) groups.set(nibble, [change])
    else group.push(change)
  }
  return groups
}

/** The first `length` half-bytes of a key's hash, one byte each. */
export function nibblePath(keyHash: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => pathNibble(keyHash, index))
}
