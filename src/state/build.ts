/** A tree, or one subtree, built from its leaves alone: what the pages must be if nothing is damaged. */
import { compareBytes, concat } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { pathNibble } from './hashing.ts'
import { emptyPage, type Leaf, Page, type Slot } from './page.ts'
import { slotsInPage } from './page-hashes.ts'
import { pageKey } from './tree.ts'
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
): { readonly hash: Uint8Array; readonly pages: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] } {
  const sorted = leaves.toSorted((a, b) => compareBytes(a.keyHash, b.keyHash))
  const pages: { key: Uint8Array; value: Uint8Array }[] = []
  // The top of a tree is a page however few its leaves are; below, a page holds at least two.
  const page = sorted.length === 0 ? emptyPage : buildPage(tree, path, sorted, pages)
  if (path.length > 0 && sorted.length < 2) pages.length = 0
  pages.sort((a, b) => compareBytes(a.key, b.key))
  return { hash: page.hash(), pages }
}

/** The page at a path from its sixteen slots. */
export function joinPage(
  tree: TreeName,
  path: Uint8Array,
  slots: readonly Slot[],
): { readonly hash: Uint8Array; readonly key: Uint8Array; readonly value: Uint8Array } {
  const page = Page.of(slots)
  return { hash: page.hash(), key: pageKey(tree, path), value: page.bytes }
}

function buildPage(
  tree: TreeName,
  path: Uint8Array,
  leaves: readonly Leaf[],
  pages: { key: Uint8Array; value: Uint8Array }[],
): Page {
  const slots: Slot[] = []
  let start = 0
  for (let nibble = 0; nibble < slotsInPage; nibble++) {
    let end = start
    while (end < leaves.length && pathNibble(leaves[end]!.keyHash, path.length) === nibble) end++
    if (end - start <= 1) slots.push(leaves[start] !== undefined && end > start ? leaves[start]! : null)
    else {
      const below = buildPage(tree, concat(path, Uint8Array.of(nibble)), leaves.slice(start, end), pages)
      slots.push({ kind: 'child', hash: below.hash() })
    }
    start = end
  }
  const page = Page.of(slots)
  pages.push({ key: pageKey(tree, path), value: page.bytes })
  return page
}
