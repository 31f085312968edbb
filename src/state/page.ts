/**
 * A page: sixteen slots of one tree, four levels deep. How a page is stored is nobody else's concern.
 *
 *     page  = leaf mask (2 bytes) | child mask (2 bytes) | slots in order
 *     leaf  = H(key) | H(value) | key length (2 bytes) | key
 *     child = hash of the page below
 */
import { concat } from '../codec/index.ts'
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

export type Page = readonly Slot[]

export const emptyPage: Page = Array.from({ length: slotsInPage }, () => null)

/** The hash of the subtree over `count` slots from `start`; one leaf alone is its own hash, however wide the range. */
export function rangeHash(page: Page, start: number, count: number): Uint8Array {
  const only = soleLeaf(page, start, count)
  if (only === 'none') return emptyHash
  if (only !== 'several') return leafHash(only.keyHash, only.valueHash)
  if (count === 1) return (page[start] as Child).hash
  const half = count / 2
  return innerHash(rangeHash(page, start, half), rangeHash(page, start + half, half))
}

export function pageHash(page: Page): Uint8Array {
  return rangeHash(page, 0, slotsInPage)
}

/** The one leaf of a range; `'none'` when it is empty, `'several'` when it holds a child or more than one leaf. */
export function soleLeaf(page: Page, start: number, count: number): Leaf | 'none' | 'several' {
  let found: Leaf | undefined
  for (let index = start; index < start + count; index++) {
    const slot = page[index]
    if (slot === null || slot === undefined) continue
    if (slot.kind === 'child' || found !== undefined) return 'several'
    found = slot
  }
  return found ?? 'none'
}

export function encodePage(page: Page): Uint8Array {
  const masks = new Uint8Array(4)
  const view = new DataView(masks.buffer)
  const parts: Uint8Array[] = [masks]
  for (const [index, slot] of page.entries()) {
    if (slot === null) continue
    const mask = slot.kind === 'leaf' ? 0 : 2
    view.setUint16(mask, view.getUint16(mask) | (1 << index))
    if (slot.kind === 'child') parts.push(slot.hash)
    else parts.push(slot.keyHash, slot.valueHash, uint16(slot.key.length), slot.key)
  }
  return concat(...parts)
}

/** @throws state.page-form */
export function decodePage(bytes: Uint8Array): Page {
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
  const page: Slot[] = []
  for (let index = 0; index < slotsInPage; index++) {
    if ((leaves >> index) & 1) {
      const keyHash = take(32)
      const valueHash = take(32)
      const length = take(2)
      page.push({ kind: 'leaf', keyHash, valueHash, key: take((length[0]! << 8) | length[1]!) })
    } else if ((children >> index) & 1) page.push({ kind: 'child', hash: take(32) })
    else page.push(null)
  }
  if (offset !== bytes.length) throw stateError('page-form', { reason: 'bytes follow its last slot' })
  return page
}

/** Longer keys would come back cut. */
const maximumStoredKeyBytes = 0xffff

function uint16(value: number): Uint8Array {
  if (value > maximumStoredKeyBytes) throw new TypeError(`a key of ${value} bytes does not fit a page`)
  return Uint8Array.of(value >> 8, value & 0xff)
}
