/**
 * Proven leaves: a key, its value or its absence, and the compact path that leads to a subtree's root.
 * This file verifies; it needs no tree, no store and no Node.
 */
import { Bytes, conform, decodeCbor, equalBytes, Optional, Row, type ValueOf, Whole } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { stateError } from './errors.ts'
import { emptyHash, innerHash, leafHash, pathBit } from './hashing.ts'
import { maximumKeyBytes, maximumValueBytes, minimumKeyBytes, minimumValueBytes } from './limits.ts'

/** Which of the two trees: the numbers stand in proofs. */
export const treeNumber = { standing: 0, records: 1 } as const
export type TreeName = keyof typeof treeNumber

/** Bits of a path: the length of SHA-256. */
export const maximumPathDepth = 256

/**
 * A path without its empty siblings. `bitmap` has one bit for each of `depth` levels, from the root, most significant
 * bit first: 1 where the sibling is given in `siblings` (32 bytes each, from the root), 0 where it is empty.
 * `foreign` is the other leaf that stands where the key would be: H(key) | H(value), absence only.
 */
export const CompactPath = Row({
  depth: Whole({ maximum: maximumPathDepth }),
  bitmap: Bytes({ maximum: maximumPathDepth / 8 }),
  siblings: Bytes({ maximum: maximumPathDepth * 32 }),
  foreign: Optional(Bytes({ minimum: 64, maximum: 64 })),
})
export type CompactPath = ValueOf<typeof CompactPath>

/** A leaf with its path; without `value` it is a proof of absence. */
export const Proven = Row({
  tree: Whole({ maximum: 1 }),
  key: Bytes({ minimum: minimumKeyBytes, maximum: maximumKeyBytes }),
  value: Optional(Bytes({ minimum: minimumValueBytes, maximum: maximumValueBytes })),
  path: CompactPath,
})
export type Proven = ValueOf<typeof Proven>

/** Decodes one proven leaf. @throws every code of `codec` */
export function decodeProven(bytes: Uint8Array): Proven {
  return conform(Proven, decodeCbor(bytes))
}

/**
 * The root of the tree that this proven leaf belongs to, if what it says is true. The caller compares it.
 * The bits of the path are those of H(key): a path can't be shown for another key.
 * @throws state.path-form when bits, siblings or the foreign leaf are not exactly what the form allows
 */
export function rootOf(proven: Proven): Uint8Array {
  const { depth, bitmap, siblings } = proven.path
  const keyHash = sha256(proven.key)
  if (bitmap.length !== Math.ceil(depth / 8)) refuse('the bitmap does not fit the depth')
  let offset = siblings.length
  let node = endOf(proven, keyHash)
  for (let level = depth - 1; level >= 0; level--) {
    let sibling = emptyHash
    if (pathBit(bitmap, level) === 1) {
      offset -= 32
      if (offset < 0) refuse('a sibling is missing')
      sibling = siblings.subarray(offset, offset + 32)
      if (equalBytes(sibling, emptyHash)) refuse('an empty sibling is written out')
    }
    node = pathBit(keyHash, level) === 0 ? innerHash(node, sibling) : innerHash(sibling, node)
  }
  if (offset !== 0) refuse('there are more siblings than the bitmap says')
  for (let bit = depth; bit < 8 * bitmap.length; bit++) if (pathBit(bitmap, bit) === 1) refuse('an unused bit is set')
  return node
}

function endOf(proven: Proven, keyHash: Uint8Array): Uint8Array {
  const { foreign, depth } = proven.path
  if (proven.value !== undefined) {
    if (foreign !== undefined) refuse('a leaf that is present has a foreign leaf too')
    return leafHash(keyHash, sha256(proven.value))
  }
  if (foreign === undefined) return emptyHash
  const foreignKeyHash = foreign.subarray(0, 32)
  if (equalBytes(foreignKeyHash, keyHash)) refuse('the foreign leaf is the leaf itself')
  for (let level = 0; level < depth; level++) {
    if (pathBit(foreignKeyHash, level) !== pathBit(keyHash, level)) refuse('the foreign leaf stands elsewhere')
  }
  return leafHash(foreignKeyHash, foreign.subarray(32))
}

function refuse(reason: string): never {
  throw stateError('path-form', { reason })
}
