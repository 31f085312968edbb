/** The root of a state, by the definition in docs/reference/trust-and-proof.md and nothing cleverer: over all leaves, each time. */
import { createHash } from 'node:crypto'

export type TreeName = 'standing' | 'records'

export type Leaf = {
  readonly tree: TreeName
  readonly key: string
  readonly value: string
  /** The path to it, and its own hash. */
  readonly keyHash: Buffer
  readonly hash: Buffer
}

export function digest(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function leaf(tree: TreeName, key: Uint8Array, value: Uint8Array): Leaf {
  const keyHash = digest(key)
  const hash = digest(Buffer.of(0), keyHash, digest(value))
  return { tree, key: Buffer.from(key).toString('hex'), value: Buffer.from(value).toString('hex'), keyHash, hash }
}

export function rootOfState(leaves: readonly Leaf[]): string {
  const of = (tree: TreeName) =>
    subtree(
      leaves.filter((one) => one.tree === tree),
      0,
    )
  return digest(Buffer.of(1), of('standing'), of('records')).toString('hex')
}

const empty = Buffer.alloc(32)

function subtree(leaves: readonly Leaf[], depth: number): Buffer {
  const [first, ...others] = leaves
  if (first === undefined) return empty
  if (others.length === 0) return first.hash
  const left: Leaf[] = []
  const right: Leaf[] = []
  for (const one of leaves) (bitOf(one.keyHash, depth) === 0 ? left : right).push(one)
  return digest(Buffer.of(1), subtree(left, depth + 1), subtree(right, depth + 1))
}

function bitOf(path: Buffer, depth: number): number {
  return ((path[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1
}
