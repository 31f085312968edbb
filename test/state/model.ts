/** The sparse Merkle tree as its specification says it: a recursion over a set of leaves, without pages. */
import { createHash } from 'node:crypto'
import { fromHex, toHex } from '../../src/codec/index.ts'

/** Hexadecimal key to value. */
export type Content = ReadonlyMap<string, Uint8Array>

const sha256Hex = (hex: string) => createHash('sha256').update(hex, 'hex').digest('hex')

/** The root of a content, in hexadecimal. */
export function modelRoot(content: Content): string {
  const leaves = [...content].map(([key, value]) => ({ path: modelPath(key), hash: modelLeaf(key, toHex(value)) }))
  return subtree(leaves, 0)
}

/** Key hash as a text of 256 bits. */
export function modelPath(key: string): string {
  return BigInt(`0x${sha256Hex(key)}`)
    .toString(2)
    .padStart(256, '0')
}

/** The keys of a content in the order of their hashes. */
export function modelOrder(content: Content): readonly Uint8Array[] {
  return [...content.keys()].sort((a, b) => (sha256Hex(a) < sha256Hex(b) ? -1 : 1)).map((key) => fromHex(key))
}

function modelLeaf(key: string, value: string): string {
  return sha256Hex(`00${sha256Hex(key)}${sha256Hex(value)}`)
}

function subtree(leaves: readonly { readonly path: string; readonly hash: string }[], depth: number): string {
  if (leaves.length === 0) return '00'.repeat(32)
  if (leaves.length === 1) return leaves[0]!.hash
  const left = leaves.filter(({ path }) => path[depth] === '0')
  const right = leaves.filter(({ path }) => path[depth] === '1')
  return sha256Hex(`01${subtree(left, depth + 1)}${subtree(right, depth + 1)}`)
}
