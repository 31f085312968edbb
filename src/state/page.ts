/**
 * A page: sixteen slots of one tree, four levels deep. How a page is stored is nobody else's concern.
 *
 *     page  = leaf mask (2 bytes) | child mask (2 bytes) | slots in order
 *     leaf  = H(key) | H(value) | key length (2 bytes) | key
 *     child = hash of the page below
 */
import { stateError } from './errors.ts'
import { emptyHash, innerHash, leafHash } from './hashing.ts'

export type Leaf = {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly keyHash: Uint8Array
  readonly valueHash: Uint8Array
}
export type Child = { readonly kind: 'child'; readonly hash: Uint8Array }
export type Slot = Leaf | Child | null

export const slotsInPage = 16
export const levelsInPage = 4

/** Never changed in place: `withSlots` gives another page that keeps every hash which still holds. */
export class Page {
  readonly slots: readonly Slot[]
  readonly leafMask: number
  readonly childMask: number
  /** Hashes of the subtrees as a heap: 1 is the whole page, 2 and 3 its halves, 16 to 31 its slots. */
  readonly #hashes: (Uint8Array | undefined)[]

  private constructor(slots: readonly Slot[], hashes: (Uint8Array | undefined)[]) {
    let leafMask = 0
    let childMask = 0
    for (let index = 0; index < slotsInPage; index++) {
      const slot = slots[index]
      if (slot === null || slot === undefined) continue
      if (slot.kind === 'leaf') leafMask |= 1 << index
      else childMask |= 1 << index
    }
    this.slots = slots
    this.leafMask = leafMask
    this.childMask = childMask
    this.#hashes = hashes
  }

  static of(slots: readonly Slot[]): Page {
    if (slots.length !== slotsInPage) throw new TypeError(`a page has ${slotsInPage} slots`)
    return new Page(slots, new Array(2 * slotsInPage))
  }

  /** How many slots are taken. */
  get held(): number {
    return bits(this.leafMask | this.childMask)
  }

  withSlots(changes: ReadonlyMap<number, Slot>): Page {
    const slots = [...this.slots]
    const hashes = [...this.#hashes]
    for (const [index, slot] of changes) {
      slots[index] = slot
      for (let place = slotsInPage + index; place > 0; place >>= 1) hashes[place] = undefined
    }
    return new Page(slots, hashes)
  }

  /** The hash of the subtree at a place of the heap; one leaf alone is its own hash, however wide the subtree. */
  hashAt(place: number): Uint8Array {
    const known = this.#hashes[place]
    if (known !== undefined) return known
    const hash = this.#compute(place)
    this.#hashes[place] = hash
    return hash
  }

  /** The one leaf of the subtree at a place; `'none'` when it is empty, `'several'` when there is more than one leaf. */
  soleLeafAt(place: number): Leaf | 'none' | 'several' {
    const range = maskOf(place)
    const leaves = this.leafMask & range
    if ((this.childMask & range) !== 0 || (leaves & (leaves - 1)) !== 0) return 'several'
    return leaves === 0 ? 'none' : (this.slots[31 - Math.clz32(leaves)] as Leaf)
  }

  #compute(place: number): Uint8Array {
    const only = this.soleLeafAt(place)
    if (only === 'none') return emptyHash
    if (only !== 'several') {
      if (place >= slotsInPage) return leafHash(only.keyHash, only.valueHash)
      return this.hashAt(slotsInPage + 31 - Math.clz32(this.leafMask & maskOf(place)))
    }
    if (place >= slotsInPage) return (this.slots[place - slotsInPage] as Child).hash
    return innerHash(this.hashAt(2 * place), this.hashAt(2 * place + 1))
  }
}

export const emptyPage: Page = Page.of(new Array<Slot>(slotsInPage).fill(null))

export function pageHash(page: Page): Uint8Array {
  return page.hashAt(1)
}

/** Pages by their bytes: those that a cache hands out again keep what was read and hashed. */
const decoded = new WeakMap<Uint8Array, Page>()

export function encodePage(page: Page): Uint8Array {
  let size = 4
  for (const slot of page.slots) if (slot !== null) size += slot.kind === 'child' ? 32 : 66 + slot.key.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, page.leafMask)
  view.setUint16(2, page.childMask)
  let offset = 4
  for (const slot of page.slots) {
    if (slot === null) continue
    if (slot.kind === 'child') {
      bytes.set(slot.hash, offset)
      offset += 32
      continue
    }
    const { key, keyHash, valueHash } = slot
    if (key.length > maximumStoredKeyBytes) throw new TypeError(`a key of ${key.length} bytes does not fit a page`)
    bytes.set(keyHash, offset)
    bytes.set(valueHash, offset + 32)
    view.setUint16(offset + 64, key.length)
    bytes.set(key, offset + 66)
    offset += 66 + key.length
  }
  decoded.set(bytes, page)
  return bytes
}

/** @throws state.page-form */
export function decodePage(bytes: Uint8Array): Page {
  const known = decoded.get(bytes)
  if (known !== undefined) return known
  const page = readPage(bytes)
  decoded.set(bytes, page)
  return page
}

function readPage(bytes: Uint8Array): Page {
  if (bytes.length < 4) throw stateError('page-form', { reason: 'it is too short' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const leaves = view.getUint16(0)
  const children = view.getUint16(2)
  if ((leaves | children) === 0) throw stateError('page-form', { reason: 'it holds nothing' })
  if ((leaves & children) !== 0) throw stateError('page-form', { reason: 'a slot is both leaf and child' })
  let offset = 4
  const take = (count: number): Uint8Array => {
    if (offset + count > bytes.length) throw stateError('page-form', { reason: 'it is cut' })
    offset += count
    return bytes.subarray(offset - count, offset)
  }
  const slots: Slot[] = []
  for (let index = 0; index < slotsInPage; index++) {
    if ((leaves >> index) & 1) {
      const keyHash = take(32)
      const valueHash = take(32)
      const length = take(2)
      slots.push({ kind: 'leaf', keyHash, valueHash, key: take((length[0]! << 8) | length[1]!) })
    } else if ((children >> index) & 1) slots.push({ kind: 'child', hash: take(32) })
    else slots.push(null)
  }
  if (offset !== bytes.length) throw stateError('page-form', { reason: 'bytes follow its last slot' })
  return Page.of(slots)
}

/** Longer keys would come back cut. */
const maximumStoredKeyBytes = 0xffff

/** The slots below a place of the heap, as bits. */
function maskOf(place: number): number {
  const level = 31 - Math.clz32(place)
  const count = slotsInPage >> level
  return ((1 << count) - 1) << ((place - (1 << level)) * count)
}

function bits(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}
