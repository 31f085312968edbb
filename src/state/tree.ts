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

/** A page on the way of at least one change, with the changes that go through it: a run of the sorted list. */
type TouchedPage = {
  readonly path: Uint8Array
  readonly key: Uint8Array
  readonly changes: readonly HashedChange[]
  page: Page
  bytes: Uint8Array | null
  readonly below: Map<number, TouchedPage>
}

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
  const top = await loadTouchedPages(tree, read, hashChanges(changes))
  const written: PageChange[] = []
  const page = changePage(tree, top, written)
  if (top.changes.length > 0) record(written, top.key, top.bytes, page.held === 0 ? null : page)
  written.sort((a, b) => compareBytes(a.key, b.key))
  return { root: pageHash(page), pages: written }
}

function hashChanges(changes: readonly LeafChange[]): readonly HashedChange[] {
  const hashed = changes.map(({ key, value }): HashedChange => {
    const keyHash = sha256(key)
    return { keyHash, leaf: value === null ? null : { kind: 'leaf', key, keyHash, valueHash: sha256(value) } }
  })
  // The sort is stable: of changes of one key the last one stands last, and wins.
  hashed.sort((a, b) => compareBytes(a.keyHash, b.keyHash))
  return hashed.filter((change, index) => {
    const next = hashed[index + 1]
    return next === undefined || !equalBytes(next.keyHash, change.keyHash)
  })
}

/** Level by level, so that a block costs one query a level however many leaves it changes. */
async function loadTouchedPages(
  tree: TreeName,
  read: PageReader,
  changes: readonly HashedChange[],
): Promise<TouchedPage> {
  const top = touched(tree, new Uint8Array(0), changes)
  for (let level = [top]; level.length > 0; ) {
    const found = await read(level.map(({ key }) => key))
    const next: TouchedPage[] = []
    for (const place of level) {
      const bytes = found.get(toHex(place.key)) ?? null
      if (bytes === null && place !== top) throw stateError('page-missing', { path: place.path })
      place.bytes = bytes
      place.page = bytes === null ? emptyPage : decodePage(bytes)
      for (const [nibble, group] of groupByNibble(place.changes, place.path.length)) {
        if (place.page.slots[nibble]?.kind !== 'child') continue
        const below = touched(tree, concat(place.path, Uint8Array.of(nibble)), group)
        place.below.set(nibble, below)
        next.push(below)
      }
    }
    level = next
  }
  return top
}

function touched(tree: TreeName, path: Uint8Array, changes: readonly HashedChange[]): TouchedPage {
  return { path, key: pageKey(tree, path), changes, page: emptyPage, bytes: null, below: new Map() }
}

function changePage(tree: TreeName, place: TouchedPage, written: PageChange[]): Page {
  const slots = new Map<number, Slot>()
  for (const [nibble, group] of groupByNibble(place.changes, place.path.length)) {
    const below = place.below.get(nibble)
    const path = () => concat(place.path, Uint8Array.of(nibble))
    if (below !== undefined) {
      slots.set(nibble, settle(written, below.key, below.bytes, changePage(tree, below, written)))
    } else slots.set(nibble, changeLeaves(tree, place.page.slots[nibble] ?? null, path, group, written))
  }
  return place.page.withSlots(slots)
}

/** A slot without a page below: empty or one leaf until now. */
function changeLeaves(
  tree: TreeName,
  slot: Slot,
  path: () => Uint8Array,
  changes: readonly HashedChange[],
  written: PageChange[],
): Slot {
  const only = changes[0]!
  const stays = slot?.kind === 'leaf' && !changes.some(({ keyHash }) => equalBytes(keyHash, slot.keyHash))
  if (changes.length === 1 && !stays) return only.leaf
  const leaves = changes.filter((change) => change.leaf !== null)
  if (stays) leaves.push({ keyHash: slot.keyHash, leaf: slot })
  if (leaves.length <= 1) return leaves[0]?.leaf ?? null
  leaves.sort((a, b) => compareBytes(a.keyHash, b.keyHash))
  const fresh = touched(tree, path(), leaves)
  return settle(written, fresh.key, null, changePage(tree, fresh, written))
}

/** A page that holds nothing or one leaf dissolves into its parent's slot: a tree has one form for one content. */
function settle(written: PageChange[], key: Uint8Array, before: Uint8Array | null, page: Page): Slot {
  const only = page.soleLeafAt(1)
  record(written, key, before, only === 'several' ? page : null)
  if (only === 'several') return { kind: 'child', hash: pageHash(page) }
  return only === 'none' ? null : only
}

function record(written: PageChange[], key: Uint8Array, before: Uint8Array | null, page: Page | null): void {
  const after = page === null ? null : encodePage(page)
  const isSame = before === null || after === null ? before === after : equalBytes(before, after)
  if (!isSame) written.push({ key, before, after })
}

/** Changes are sorted, so that those of one slot stand side by side. */
function groupByNibble(changes: readonly HashedChange[], depth: number): [number, readonly HashedChange[]][] {
  const groups: [number, readonly HashedChange[]][] = []
  for (let start = 0; start < changes.length; ) {
    const nibble = pathNibble(changes[start]!.keyHash, depth)
    let end = start + 1
    while (end < changes.length && pathNibble(changes[end]!.keyHash, depth) === nibble) end++
    groups.push([nibble, start === 0 && end === changes.length ? changes : changes.slice(start, end)])
    start = end
  }
  return groups
}

/** The first `length` half-bytes of a key's hash, one byte each. */
export function nibblePath(keyHash: Uint8Array, length: number): Uint8Array {
  const path = new Uint8Array(length)
  for (let index = 0; index < length; index++) path[index] = pathNibble(keyHash, index)
  return path
}
