/**
 * Walks the pages of both trees from the roots down, in the order of their keys, which is parents first. Every page is
 * held against the hash by which the one above names it: what follows from the head's root is sound, whoever wrote it.
 */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import {
  emptyHash,
  type Leaf,
  Page,
  pageKey,
  pathNibble,
  stateRoot,
  type TreeName,
  treeNumber,
} from '../state/index.ts'
import type { TableRow } from '../store/index.ts'
import type { PatchedTable } from './patched-table.ts'

/** A page that is not what the page above it, or the head, names. */
export type DamagedPage = {
  readonly tree: TreeName
  readonly path: Uint8Array
  /** The hash that it should have; undefined for both roots when they do not give the head's root. */
  readonly expected: Uint8Array | undefined
  readonly reason: string
}

export type PlacedLeaf = { readonly tree: TreeName; readonly leaf: Leaf }

/** A page on the way to the place of the walk; `page` is undefined where nothing below can be judged. */
type Frame = { readonly path: Uint8Array; readonly page: Page | undefined; seen: number }

const trees: readonly TreeName[] = ['standing', 'records']

export class TreeWalk {
  readonly damaged: DamagedPage[] = []
  /** Keys of pages that belong to no tree. */
  readonly extra: Uint8Array[] = []
  readonly #roots = new Map<TreeName, Uint8Array | undefined>()
  #tree: TreeName = 'standing'
  #stack: Frame[] = []

  private constructor() {}

  /** Looks at both root pages and, to go on with an earlier walk, at the pages that lead to where it was. */
  static async begin(pages: PatchedTable, root: Uint8Array, after?: Uint8Array): Promise<TreeWalk> {
    const walk = new TreeWalk()
    const found: Uint8Array[] = []
    for (const tree of trees) {
      const key = pageKey(tree, new Uint8Array(0))
      const bytes = (await pages.read([key])).get(toHex(key))
      found.push(bytes === undefined ? emptyHash : (hashOf(bytes) ?? new Uint8Array(32)))
    }
    const areSound = equalBytes(stateRoot(found[0]!, found[1]!), root)
    for (const [index, tree] of trees.entries()) walk.#roots.set(tree, areSound ? found[index] : undefined)
    // Without a page a tree is empty; if that is not what the head says, the page is missing.
    if (after === undefined) {
      if (!areSound) {
        for (const [index, tree] of trees.entries()) {
          if (equalBytes(found[index]!, emptyHash)) walk.#damage(tree, new Uint8Array(0), undefined, 'it is missing')
        }
      }
      return walk
    }
    for (let length = 1; length <= after.length; length++) {
      const key = after.subarray(0, length)
      const value = (await pages.read([key])).get(toHex(key))
      if (value !== undefined) walk.visit({ key, value })
      const [top] = walk.#stack.slice(-1)
      const next = after[length]
      if (top !== undefined && next !== undefined) top.seen |= (1 << next) - 1
    }
    walk.damaged.length = 0
    walk.extra.length = 0
    return walk
  }

  /** The next page in the order of keys. @returns the leaves that it holds */
  visit({ key, value }: TableRow): readonly PlacedLeaf[] {
    const tree = trees.find((name) => treeNumber[name] === key[0])
    const path = key.subarray(1)
    if (tree === undefined || path.some((nibble) => nibble > 15)) {
      this.extra.push(key)
      return []
    }
    if (tree !== this.#tree) {
      this.#unwind(new Uint8Array(0), true)
      this.#tree = tree
    }
    this.#unwind(path, false)
    const expected = this.#expected(path)
    if (expected === 'extra') this.extra.push(key)
    if (expected === 'extra' || expected === 'unknown') return []
    return this.#judge(path, value, expected)
  }

  /** Says which pages are missing at the end of the walk. */
  end(): void {
    this.#unwind(new Uint8Array(0), true)
  }

  #judge(path: Uint8Array, value: Uint8Array, expected: Uint8Array | undefined): readonly PlacedLeaf[] {
    const page = readPage(value)
    const reason = complaintOf(page, path, expected)
    if (reason !== undefined || page === undefined) {
      this.#damage(this.#tree, path, expected, reason ?? 'it can not be read')
      this.#stack.push({ path, page: undefined, seen: 0 })
      return []
    }
    this.#stack.push({ path, page, seen: 0 })
    return page.slots.flatMap((slot) => (slot?.kind === 'leaf' ? [{ tree: this.#tree, leaf: slot }] : []))
  }

  /** The hash by which the page above names this one. */
  #expected(path: Uint8Array): Uint8Array | undefined | 'extra' | 'unknown' {
    if (path.length === 0) return this.#roots.get(this.#tree)
    const parent = this.#stack.at(-1)
    if (parent === undefined) return this.#roots.get(this.#tree) === undefined ? 'unknown' : 'extra'
    if (parent.page === undefined) return 'unknown'
    const nibble = path[parent.path.length]!
    const slot = parent.page.slots[nibble]
    if (slot?.kind !== 'child') return 'extra'
    // A page between the two is missing: that is said when its parent is left.
    if (path.length > parent.path.length + 1) return 'unknown'
    parent.seen |= 1 << nibble
    return slot.hash
  }

  /** Leaves the pages that do not lead to `path`; of each, all children must have come. */
  #unwind(path: Uint8Array, all: boolean): void {
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const leads = frame.path.length < path.length && frame.path.every((nibble, index) => nibble === path[index])
      if (leads && !all) return
      this.#stack.pop()
      for (const [nibble, slot] of frame.page?.slots.entries() ?? []) {
        if (slot?.kind !== 'child' || (frame.seen >> nibble) & 1) continue
        this.#damage(this.#tree, Uint8Array.of(...frame.path, nibble), slot.hash, 'it is missing')
      }
    }
  }

  #damage(tree: TreeName, path: Uint8Array, expected: Uint8Array | undefined, reason: string): void {
    this.damaged.push({ tree, path, expected, reason })
  }
}

/** Undefined when the bytes are no page. */
export function readPage(bytes: Uint8Array): Page | undefined {
  try {
    return Page.read(bytes)
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}

function hashOf(bytes: Uint8Array): Uint8Array | undefined {
  const page = readPage(bytes)
  return page === undefined ? undefined : page.hash()
}

function complaintOf(page: Page | undefined, path: Uint8Array, expected: Uint8Array | undefined): string | undefined {
  if (page === undefined) return 'it can not be read'
  if (expected === undefined) return "the two roots do not give the head's root"
  if (!equalBytes(page.hash(), expected)) return 'it does not have the hash by which it is named'
  if (path.length > 0 && page.soleLeafAt(1) !== 'several') return 'it holds one leaf, which belongs into the page above'
  for (const [nibble, slot] of page.slots.entries()) {
    if (slot?.kind !== 'leaf') continue
    if (!equalBytes(sha256(slot.key), slot.keyHash)) return 'a leaf has another key than its hash says'
    const stands =
      pathNibble(slot.keyHash, path.length) === nibble &&
      path.every((step, depth) => pathNibble(slot.keyHash, depth) === step)
    if (!stands) return 'a leaf stands where its key does not lead'
  }
  return undefined
}
