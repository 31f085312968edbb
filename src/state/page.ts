/**
 * A page: sixteen slots of one tree, four levels deep. How a page is stored is nobody else's concern.
 *
 *     page  = leaf mask (2 bytes) | child mask (2 bytes) | slots in order
 *     leaf  = H(key) | H(value) | key length (2 bytes) | key
 *     child = hash of the page below
 */
import { stateError } from './errors.ts'
import { digestBytes } from './hashing.ts'
import { fillHash, forgetSlot, PageHashes, slotsBelow, slotsInPage } from './page-hashes.ts'

export type Leaf = {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly keyHash: Uint8Array
  readonly valueHash: Uint8Array
}
export type Child = { readonly kind: 'child'; readonly hash: Uint8Array }
export type Slot = Leaf | Child | null

/** What stands in a slot from now on. */
export type SlotChange = { readonly index: number; readonly slot: Slot }

export const levelsInPage = 4

const headBytes = 4
const leafHeadBytes = 2 * digestBytes + 2

/** Longer keys would come back cut. */
const maximumStoredKeyBytes = 0xffff

/** Lent to one page after another: most pages are hashed once and never again. */
const lent = new PageHashes()

/** Its stored form with what is known of it. Never changed in place: `withSlots` gives another page. */
export class Page {
  readonly bytes: Uint8Array
  readonly leafMask: number
  readonly childMask: number
  /** Where each slot begins in the bytes, and where the last one ends. */
  readonly starts: readonly number[]
  #slots: readonly Slot[] | undefined
  #hashes: PageHashes | undefined

  private constructor(bytes: Uint8Array, starts: readonly number[]) {
    this.bytes = bytes
    this.starts = starts
    this.leafMask = uint16At(bytes, 0)
    this.childMask = uint16At(bytes, 2)
  }

  static of(slots: readonly Slot[]): Page {
    if (slots.length !== slotsInPage) throw new TypeError(`a page has ${slotsInPage} slots`)
    return emptyPage.withSlots(slots.map((slot, index) => ({ index, slot })))
  }

  /** A page without slots; only the top of an empty tree is one, and it is not stored. */
  static empty(): Page {
    return new Page(new Uint8Array(headBytes), new Array<number>(slotsInPage + 1).fill(headBytes))
  }

  /** @throws state.page-form */
  static read(bytes: Uint8Array): Page {
    if (bytes.length < headBytes) throw stateError('page-form', { reason: 'it is too short' })
    const leaves = uint16At(bytes, 0)
    const children = uint16At(bytes, 2)
    if ((leaves | children) === 0) throw stateError('page-form', { reason: 'it holds nothing' })
    if ((leaves & children) !== 0) throw stateError('page-form', { reason: 'a slot is both leaf and child' })
    const starts: number[] = [headBytes]
    let offset = headBytes
    for (let index = 0; index < slotsInPage; index++) {
      if ((leaves >> index) & 1) {
        const keyBytes = offset + leafHeadBytes
        if (keyBytes > bytes.length) throw stateError('page-form', { reason: 'it is cut' })
        offset = keyBytes + uint16At(bytes, keyBytes - 2)
      } else if ((children >> index) & 1) offset += digestBytes
      if (offset > bytes.length) throw stateError('page-form', { reason: 'it is cut' })
      starts.push(offset)
    }
    if (offset !== bytes.length) throw stateError('page-form', { reason: 'bytes follow its last slot' })
    return new Page(bytes, starts)
  }

  /** How many slots are taken. */
  get held(): number {
    return bits(this.leafMask | this.childMask)
  }

  get slots(): readonly Slot[] {
    this.#slots ??= Array.from({ length: slotsInPage }, (_, index) => this.slot(index))
    return this.#slots
  }

  hasChild(index: number): boolean {
    return ((this.childMask >> index) & 1) === 1
  }

  slot(index: number): Slot {
    const start = this.starts[index]!
    if (this.hasChild(index)) return { kind: 'child', hash: this.bytes.subarray(start, start + digestBytes) }
    return (this.leafMask >> index) & 1 ? this.#leaf(index) : null
  }

  /**
   * @param changes in the order of their indexes, none twice
   * @param allocate gives the memory for the other page's bytes, all of which are written
   */
  withSlots(
    changes: readonly SlotChange[],
    allocate: (size: number) => Uint8Array = (size) => new Uint8Array(size),
  ): Page {
    let size = this.bytes.length
    for (const { index, slot } of changes) size += sizeOf(slot) - (this.starts[index + 1]! - this.starts[index]!)
    const bytes = allocate(size)
    const starts: number[] = []
    let leafMask = this.leafMask
    let childMask = this.childMask
    let copied = headBytes
    let offset = headBytes
    let next = 0
    for (const { index, slot } of changes) {
      const start = this.starts[index]!
      for (; next < index; next++) starts.push(offset + this.starts[next]! - copied)
      if (start > copied) bytes.set(this.bytes.subarray(copied, start), offset)
      offset += start - copied
      starts.push(offset)
      next = index + 1
      const bit = 1 << index
      leafMask = slot?.kind === 'leaf' ? leafMask | bit : leafMask & ~bit
      childMask = slot?.kind === 'child' ? childMask | bit : childMask & ~bit
      offset = writeSlot(bytes, offset, slot)
      copied = this.starts[next]!
    }
    for (; next <= slotsInPage; next++) starts.push(offset + this.starts[next]! - copied)
    if (copied < this.bytes.length) bytes.set(this.bytes.subarray(copied), offset)
    setUint16At(bytes, 0, leafMask)
    setUint16At(bytes, 2, childMask)
    const page = new Page(bytes, starts)
    page.#hashes = this.#handOver(changes)
    return page
  }

  /** The hash of the subtree at a place of the heap (see `PageHashes`); one leaf alone is its own hash, however wide the subtree. */
  hashAt(place: number): Uint8Array {
    return fillHash(this, this.keepHashes(), place)
  }

  /** From now on the page keeps what it hashes, and hands it over to the page that it is changed into. */
  keepHashes(): PageHashes {
    this.#hashes ??= new PageHashes()
    return this.#hashes
  }

  hash(): Uint8Array {
    if (this.#hashes !== undefined) return fillHash(this, this.#hashes, 1)
    lent.clear()
    return fillHash(this, lent, 1)
  }

  /** The one leaf of the subtree at a place; `'none'` when it is empty, `'several'` when there is more than one leaf. */
  soleLeafAt(place: number): Leaf | 'none' | 'several' {
    const range = slotsBelow(place)
    const leaves = this.leafMask & range
    if ((this.childMask & range) !== 0 || (leaves & (leaves - 1)) !== 0) return 'several'
    return leaves === 0 ? 'none' : this.#leaf(31 - Math.clz32(leaves))
  }

  #leaf(index: number): Leaf {
    const start = this.starts[index]!
    return {
      kind: 'leaf',
      keyHash: this.bytes.subarray(start, start + digestBytes),
      valueHash: this.bytes.subarray(start + digestBytes, start + 2 * digestBytes),
      key: this.bytes.subarray(start + leafHeadBytes, this.starts[index + 1]),
    }
  }

  /** Whoever is changed again from the same page works its hashes out anew. */
  #handOver(changes: readonly SlotChange[]): PageHashes | undefined {
    const hashes = this.#hashes
    this.#hashes = undefined
    if (hashes !== undefined) for (const { index } of changes) forgetSlot(hashes, index)
    return hashes
  }
}

export const emptyPage: Page = Page.empty()

function sizeOf(slot: Slot): number {
  if (slot === null) return 0
  return slot.kind === 'child' ? digestBytes : leafHeadBytes + slot.key.length
}

/** @returns where it ends */
function writeSlot(bytes: Uint8Array, offset: number, slot: Slot): number {
  if (slot === null) return offset
  if (slot.kind === 'child') {
    bytes.set(slot.hash, offset)
    return offset + digestBytes
  }
  const { key, keyHash, valueHash } = slot
  if (key.length > maximumStoredKeyBytes) throw new TypeError(`a key of ${key.length} bytes does not fit a page`)
  bytes.set(keyHash, offset)
  bytes.set(valueHash, offset + digestBytes)
  setUint16At(bytes, offset + 2 * digestBytes, key.length)
  bytes.set(key, offset + leafHeadBytes)
  return offset + leafHeadBytes + key.length
}

function uint16At(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!
}

function setUint16At(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8
  bytes[offset + 1] = value & 0xff
}

function bits(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}
