/** The hashes of the subtrees of a page, worked out when they are asked for. */
import { digestBytes, hashInnerAt, hashLeafAt } from './hashing.ts'

export const slotsInPage = 16

/** What of a page its hashes follow from: see `Page`. */
export type HashedPage = {
  readonly bytes: Uint8Array
  readonly leafMask: number
  readonly childMask: number
  readonly starts: readonly number[]
}

/** A heap: place 1 is the whole page, 2 and 3 its halves, 16 to 31 its slots. Both halves of a place stand side by side. */
export class PageHashes {
  readonly bytes = new Uint8Array(2 * slotsInPage * digestBytes)
  /** A bit for each place whose hash is there. */
  known = 0

  clear(): void {
    this.known = 0
  }
}

/** The slots below a place of the heap, as bits. */
export function slotsBelow(place: number): number {
  const level = 31 - Math.clz32(place)
  const count = slotsInPage >> level
  return ((1 << count) - 1) << ((place - (1 << level)) * count)
}

/** What lies above a slot that has changed is no longer known. */
export function forgetSlot(hashes: PageHashes, index: number): void {
  for (let place = slotsInPage + index; place > 0; place >>= 1) hashes.known &= ~(1 << place)
}

/** @returns a copy of the hash at a place */
export function fillHash(page: HashedPage, hashes: PageHashes, place: number): Uint8Array {
  fill(page, hashes, place)
  return hashes.bytes.slice(place * digestBytes, (place + 1) * digestBytes)
}

function fill(page: HashedPage, hashes: PageHashes, place: number): void {
  const bit = 1 << place
  if ((hashes.known & bit) !== 0) return
  hashes.known |= bit
  const { bytes } = hashes
  const target = place * digestBytes
  const range = slotsBelow(place)
  const leaves = page.leafMask & range
  const hasChild = (page.childMask & range) !== 0
  if (!hasChild && leaves === 0) bytes.fill(0, target, target + digestBytes)
  else if (!hasChild && (leaves & (leaves - 1)) === 0) {
    const index = 31 - Math.clz32(leaves)
    const slot = slotsInPage + index
    if (place === slot) hashLeafAt(page.bytes, page.starts[index]!, bytes, target)
    else {
      fill(page, hashes, slot)
      bytes.copyWithin(target, slot * digestBytes, (slot + 1) * digestBytes)
    }
  } else if (place >= slotsInPage) {
    const start = page.starts[place - slotsInPage]!
    for (let index = 0; index < digestBytes; index++) bytes[target + index] = page.bytes[start + index]!
  } else {
    fill(page, hashes, 2 * place)
    fill(page, hashes, 2 * place + 1)
    hashInnerAt(bytes, 2 * place * digestBytes, bytes, target)
  }
}
