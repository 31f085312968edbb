/**
 * How the trees hash: the ICS23 sparse-Merkle specification (`SmtSpec`) with SHA-256.
 * A subtree with one leaf is that leaf; a subtree with none is 32 zero bytes.
 */
import { sha256, sha256Into } from '../crypto/portable/index.ts'

/** The hash of an empty subtree. No SHA-256 digest is known to be zero, and a verifier never accepts it as a leaf. */
export const emptyHash: Uint8Array = new Uint8Array(32)

/** What a leaf's and an inner node's hashed bytes begin with. */
export const leafPrefix = Uint8Array.of(0)
export const innerPrefix = Uint8Array.of(1)
export const digestBytes = 32

/** One buffer for all nodes: a block hashes tens of thousands, and hashing does not keep its input. */
const node = new Uint8Array(1 + 2 * digestBytes)

/** H(0x00 | H(key) | H(value)). */
export function leafHash(keyHash: Uint8Array, valueHash: Uint8Array): Uint8Array {
  return hashNode(leafPrefix, keyHash, valueHash)
}

/** H(0x01 | left | right). */
export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hashNode(innerPrefix, left, right)
}

/** The same from H(key) and H(value) side by side at `source[at]`; the hash goes to `target[to]`. */
export function hashLeafAt(source: Uint8Array, at: number, target: Uint8Array, to: number): void {
  hashPairAt(0, source, at, target, to)
}

/** The same from left and right side by side at `source[at]`; the hash goes to `target[to]`. */
export function hashInnerAt(source: Uint8Array, at: number, target: Uint8Array, to: number): void {
  hashPairAt(1, source, at, target, to)
}

/** The root of the state, which the next header carries as its app hash: H(0x01 | standing | records). */
export function stateRoot(standing: Uint8Array, records: Uint8Array): Uint8Array {
  return innerHash(standing, records)
}

/** Bit `index` of a path, most significant first: 0 goes left, 1 goes right. */
export function pathBit(path: Uint8Array, index: number): 0 | 1 {
  return ((path[index >> 3]! >> (7 - (index & 7))) & 1) as 0 | 1
}

/** Half-byte `index` of a path, most significant first. */
export function pathNibble(path: Uint8Array, index: number): number {
  const byte = path[index >> 1]!
  return (index & 1) === 0 ? byte >> 4 : byte & 0xf
}

function hashPairAt(prefix: number, source: Uint8Array, at: number, target: Uint8Array, to: number): void {
  node[0] = prefix
  for (let index = 0; index < 2 * digestBytes; index++) node[1 + index] = source[at + index]!
  sha256Into(node, target, to)
}

function hashNode(prefix: Uint8Array, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== digestBytes || right.length !== digestBytes) throw new TypeError('a tree hashes digests only')
  node.set(prefix)
  node.set(left, 1)
  node.set(right, 1 + digestBytes)
  return sha256(node)
}
