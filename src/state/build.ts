/** A tree, or one subtree, built from its leaves alone: what the pages must be if nothing is damaged. */
import { compareBytes } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { type Leaf, Page, type Slot } from './page.ts'
import { pageKey } from './tree.ts'
import { type BuiltPage, TreeBuilder } from './tree-builder.ts'
import type { TreeName } from './verifier.ts'

/** The leaf of a record. */
export function leafOf(key: Uint8Array, value: Uint8Array): Leaf {
  return { kind: 'leaf', key, keyHash: sha256(key), valueHash: sha256(value) }
}

/**
 * Builds the subtree at `path` (half-bytes, empty for the whole tree) from all its leaves, in any order.
 * @returns the subtree's hash, and each page by its store key, parents first
 */
export function buildTree(
  tree: TreeName,
  path: Uint8Array,
  leaves: readonly Leaf[],
): { readonly hash: Uint8Array; readonly pages: readonly BuiltPage[] } {
  const builder = new TreeBuilder(tree, path)
  for (const leaf of leaves.toSorted((a, b) => compareBytes(a.keyHash, b.keyHash))) builder.add(leaf)
  const hash = builder.end()
  return { hash, pages: builder.taken().toSorted((a, b) => compareBytes(a.key, b.key)) }
}

/** The page at a path from its sixteen slots. */
export function joinPage(
  tree: TreeName,
  path: Uint8Array,
  slots: readonly Slot[],
): BuiltPage & { readonly hash: Uint8Array } {
  const page = Page.of(slots)
  return { hash: page.hash(), key: pageKey(tree, path), value: page.bytes }
}
