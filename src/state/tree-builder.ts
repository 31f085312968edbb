/** A tree, or one subtree, built from its leaves in the order of their hashes, in one pass: no page is touched again once it is finished. */
import { compareBytes } from '../codec/index.ts'
import { emptyHash, pathNibble } from './hashing.ts'
import { type Leaf, Page, type Slot } from './page.ts'
import { slotsInPage } from './page-hashes.ts'
import { nibblePath, pageKey } from './tree.ts'
import type { TreeName } from './verifier.ts'

export type BuiltPage = { readonly key: Uint8Array; readonly value: Uint8Array }

/** Holds as many pages as the tree is deep, however many leaves it has. */
export class TreeBuilder {
  readonly #tree: TreeName
  readonly #path: Uint8Array
  /** The pages on the way to the last leaf, from the subtree's top; the last leaf itself has no slot yet. */
  #open: Slot[][] = [emptySlots()]
  #last: Leaf | undefined
  #finished: BuiltPage[] = []

  /** @param path half-bytes that the hashes of all leaves begin with; empty for the whole tree */
  constructor(tree: TreeName, path: Uint8Array = new Uint8Array(0)) {
    this.#tree = tree
    this.#path = path
  }

  /** Takes the next leaf. @throws TypeError when its hash does not come after the one before */
  add(leaf: Leaf): void {
    const last = this.#last
    if (last !== undefined) {
      if (compareBytes(last.keyHash, leaf.keyHash) >= 0) throw new TypeError('leaves come in the order of their hashes')
      const shared = sharedNibbles(last.keyHash, leaf.keyHash) - this.#path.length
      this.#place(last, shared)
      this.#close(last, shared)
    }
    this.#last = leaf
  }

  /** The pages that were finished since this was asked last, in no order. */
  taken(): readonly BuiltPage[] {
    const finished = this.#finished
    this.#finished = []
    return finished
  }

  /** After the last leaf. @returns the hash of the whole */
  end(): Uint8Array {
    const last = this.#last
    if (last === undefined) return emptyHash
    this.#place(last, 0)
    this.#close(last, 0)
    const page = Page.of(this.#open[0]!)
    // The top of a tree is a page however few its leaves are; below, a page holds at least two.
    if (this.#path.length === 0 || page.soleLeafAt(1) === 'several') {
      this.#finished.push({ key: pageKey(this.#tree, this.#path), value: page.bytes })
    }
    return page.hash()
  }

  /** A leaf stands where neither of its neighbours shares its way any more. */
  #place(leaf: Leaf, shared: number): void {
    while (this.#open.length <= shared) this.#open.push(emptySlots())
    this.#setSlot(leaf, leaf)
  }

  #close(leaf: Leaf, shared: number): void {
    while (this.#open.length - 1 > shared) {
      const page = Page.of(this.#open.pop()!)
      const path = nibblePath(leaf.keyHash, this.#path.length + this.#open.length)
      this.#finished.push({ key: pageKey(this.#tree, path), value: page.bytes })
      this.#setSlot(leaf, { kind: 'child', hash: page.hash() })
    }
  }

  /** The slot of the lowest open page that leads to a leaf. */
  #setSlot(leaf: Leaf, slot: Slot): void {
    const depth = this.#open.length - 1
    this.#open[depth]![pathNibble(leaf.keyHash, this.#path.length + depth)] = slot
  }
}

function emptySlots(): Slot[] {
  return new Array<Slot>(slotsInPage).fill(null)
}

/** How many half-bytes two different hashes begin with alike. */
function sharedNibbles(a: Uint8Array, b: Uint8Array): number {
  let index = 0
  while (a[index] === b[index]) index++
  return 2 * index + (a[index]! >> 4 === b[index]! >> 4 ? 1 : 0)
}
