/**
 * One sparse Merkle tree over pages that somebody else keeps: changes in, new root and changed pages out.
 */
import { compareBytes, concat, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { stateError } from './errors.ts'
import { pathNibble } from './hashing.ts'
import { upperDepth } from './limits.ts'
import { emptyPage, type Leaf, Page, type Slot, type SlotChange } from './page.ts'
import { Slab } from './slab.ts'
import { keepUpperPage, readUpperPage } from './upper-pages.ts'
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

/** Neighbours in the sorted list of changes: those from `start` up to before `end`. */
type Run = { readonly changes: readonly HashedChange[]; readonly start: number; readonly end: number }

/** A page on the way of at least one change, with the changes that go through it. */
type TouchedPage = {
  readonly key: Uint8Array
  readonly run: Run
  page: Page
  bytes: Uint8Array | null
  /** Touched pages below, in the order of the slots that lead to them. */
  readonly below: TouchedPage[]
  /** The page as it is after the changes, once that is worked out. */
  changed: Page | undefined
}

/** What a block writes, and where. */
type Writing = { readonly tree: TreeName; readonly written: PageChange[]; readonly slab: Slab }

/** The store key of the page at a path of half-bytes: the tree's number, then one byte each. */
export function pageKey(tree: TreeName, path: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(treeNumber[tree]), path)
}

/**
 * Applies changes to one tree. Later changes of the same key win. `turn` is asked often, and waited for when it gives a
 * promise: so much work would else keep all others waiting.
 * @returns the new root and each page that differs, sorted by its key
 * @throws state.page-form, state.page-missing
 */
export async function updateTree(
  tree: TreeName,
  read: PageReader,
  changes: readonly LeafChange[],
  turn: () => Promise<void> | undefined = () => undefined,
): Promise<{ root: Uint8Array; pages: readonly PageChange[] }> {
  const top = await loadTouchedPages(tree, read, hashChanges(changes))
  const writing: Writing = { tree, written: [], slab: new Slab() }
  for (const second of top.below) {
    for (const third of second.below) {
      third.changed = changePage(writing, third)
      await turn()
    }
  }
  const page = changePage(writing, top)
  if (changes.length > 0) record(writing, top.key, top.bytes, page.held === 0 ? null : page)
  const pages = writing.written.sort((a, b) => compareBytes(a.key, b.key))
  return { root: page.hash(), pages }
}

function hashChanges(changes: readonly LeafChange[]): Run {
  const hashed = changes.map(({ key, value }): HashedChange => {
    const keyHash = sha256(key)
    return { keyHash, leaf: value === null ? null : { kind: 'leaf', key, keyHash, valueHash: sha256(value) } }
  })
  // The sort is stable: of changes of one key the last one stands last, and wins.
  hashed.sort((a, b) => compareBytes(a.keyHash, b.keyHash))
  const distinct = hashed.filter((change, index) => {
    const next = hashed[index + 1]
    return next === undefined || !equalBytes(next.keyHash, change.keyHash)
  })
  return { changes: distinct, start: 0, end: distinct.length }
}

/** Level by level, so that a block costs one query a level however many leaves it changes. */
async function loadTouchedPages(tree: TreeName, read: PageReader, run: Run): Promise<TouchedPage> {
  const top = touched(pageKey(tree, new Uint8Array(0)), run)
  for (let level = [top]; level.length > 0; ) {
    const found = await read(level.map(({ key }) => key))
    const next: TouchedPage[] = []
    for (const place of level) {
      const depth = depthOf(place.key)
      const bytes = found.get(toHex(place.key)) ?? null
      if (bytes === null && place !== top) throw stateError('page-missing', { path: place.key.subarray(1) })
      place.bytes = bytes
      if (bytes !== null) place.page = depth <= upperDepth ? readUpperPage(bytes) : Page.read(bytes)
      for (let rest = place.run; rest.start < rest.end; ) {
        const nibble = nibbleOf(rest, depth)
        const group = sameNibble(rest, depth)
        rest = { ...rest, start: group.end }
        if (!place.page.hasChild(nibble)) continue
        const below = touched(concat(place.key, Uint8Array.of(nibble)), group)
        place.below.push(below)
        next.push(below)
      }
    }
    level = next
  }
  return top
}

function touched(key: Uint8Array, run: Run): TouchedPage {
  return { key, run, page: emptyPage, bytes: null, below: [], changed: undefined }
}

function changePage(writing: Writing, place: TouchedPage): Page {
  const depth = depthOf(place.key)
  const slots: SlotChange[] = []
  let next = 0
  for (let rest = place.run; rest.start < rest.end; ) {
    const index = nibbleOf(rest, depth)
    const group = sameNibble(rest, depth)
    rest = { ...rest, start: group.end }
    if (place.page.hasChild(index)) {
      const below = place.below[next++]!
      const page = below.changed ?? changePage(writing, below)
      slots.push({ index, slot: settle(writing, below.key, below.bytes, page) })
    } else slots.push({ index, slot: changeLeaves(writing, place, index, group) })
  }
  // A slab lives as long as any of its pages: those that are kept for long get memory of their own.
  return place.page.withSlots(slots, depth <= upperDepth ? undefined : writing.slab.take)
}

/** A slot without a page below: empty or one leaf until now. */
function changeLeaves(writing: Writing, place: TouchedPage, index: number, { changes, start, end }: Run): Slot {
  const slot = place.page.slot(index)
  if (slot === null && end === start + 1) return changes[start]!.leaf
  const leaves: HashedChange[] = []
  let stays = slot?.kind === 'leaf'
  for (let next = start; next < end; next++) {
    const change = changes[next]!
    if (slot?.kind === 'leaf' && equalBytes(change.keyHash, slot.keyHash)) stays = false
    if (change.leaf !== null) leaves.push(change)
  }
  if (stays && slot?.kind === 'leaf') leaves.push({ keyHash: slot.keyHash, leaf: slot })
  if (leaves.length <= 1) return leaves[0]?.leaf ?? null
  leaves.sort((a, b) => compareBytes(a.keyHash, b.keyHash))
  const run = { changes: leaves, start: 0, end: leaves.length }
  const fresh = touched(concat(place.key, Uint8Array.of(index)), run)
  return settle(writing, fresh.key, null, changePage(writing, fresh))
}

/** A page that holds nothing or one leaf dissolves into its parent's slot: a tree has one form for one content. */
function settle(writing: Writing, key: Uint8Array, before: Uint8Array | null, page: Page): Slot {
  const only = page.soleLeafAt(1)
  record(writing, key, before, only === 'several' ? page : null)
  if (only === 'several') return { kind: 'child', hash: page.hash() }
  return only === 'none' ? null : only
}

function record({ written }: Writing, key: Uint8Array, before: Uint8Array | null, page: Page | null): void {
  const after = page?.bytes ?? null
  if (page !== null && depthOf(key) <= upperDepth) keepUpperPage(page)
  const isSame = before === null || after === null ? before === after : equalBytes(before, after)
  if (!isSame) written.push({ key, before, after })
}

/** How many half-bytes lead to a page. */
function depthOf(key: Uint8Array): number {
  return key.length - 1
}

function nibbleOf({ changes, start }: Run, depth: number): number {
  return pathNibble(changes[start]!.keyHash, depth)
}

/** Changes are sorted, so that those of one slot stand side by side: those at the beginning of the run. */
function sameNibble(run: Run, depth: number): Run {
  const { changes, start } = run
  const nibble = nibbleOf(run, depth)
  let end = start + 1
  while (end < run.end && pathNibble(changes[end]!.keyHash, depth) === nibble) end++
  return { changes, start, end }
}

/** The first `length` half-bytes of a key's hash, one byte each. */
export function nibblePath(keyHash: Uint8Array, length: number): Uint8Array {
  const path = new Uint8Array(length)
  for (let index = 0; index < length; index++) path[index] = pathNibble(keyHash, index)
  return path
}
