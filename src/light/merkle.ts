import { concat } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'

const leafPrefix = Uint8Array.of(0)
const innerPrefix = Uint8Array.of(1)

/** SHA-256 of nothing: the root of an empty list. */
export const emptyHash: Uint8Array = sha256(new Uint8Array(0))

/** The Merkle tree hash of RFC 6962 section 2.1, as CometBFT uses it for headers, sets, transactions and results. */
export function merkleRoot(items: readonly Uint8Array[]): Uint8Array {
  const [first] = items
  if (first === undefined) return emptyHash
  if (items.length === 1) return sha256(concat(leafPrefix, first))
  const split = largestPowerOfTwoBelow(items.length)
  return innerHash(merkleRoot(items.slice(0, split)), merkleRoot(items.slice(split)))
}

/** SHA-256(0x01 | left | right): also how the state's root covers its two trees. */
export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(innerPrefix, left, right))
}

function largestPowerOfTwoBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
