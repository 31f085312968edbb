/** What differs between a tree at two heights, from the roots down, as far as pages differ. */
import { concat, equalBytes, toHex } from '../codec/index.ts'
import { type Leaf, type Page, type PageReader, pageKey, type TreeName } from '../state/index.ts'
import { readPage } from './tree-walk.ts'

export type TreeDifference = {
  /** Leaves that are gone or have another value later. */
  readonly before: readonly Leaf[]
  /** Leaves that were not there, or had another value. */
  readonly after: readonly Leaf[]
  /** Every page of before is the one that the page above it names. */
  readonly isSound: boolean
}

/** A place where the two differ; a side without a hash has no page there. */
type Place = {
  readonly path: Uint8Array
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

/** Level by level: two reads for each. The roots are those of the tree before and after. */
export async function differenceOf(
  tree: TreeName,
  readers: { readonly before: PageReader; readonly after: PageReader },
  roots: { readonly before: Uint8Array; readonly after: Uint8Array },
): Promise<TreeDifference> {
  const before: Leaf[] = []
  const after: Leaf[] = []
  let isSound = true
  let level: Place[] = equalBytes(roots.before, roots.after) ? [] : [{ path: new Uint8Array(0), ...roots }]
  while (level.length > 0) {
    const [old, late] = [
      await pagesOf(tree, readers.before, level, 'before'),
      await pagesOf(tree, readers.after, level, 'after'),
    ]
    const next: Place[] = []
    for (const [index, place] of level.entries()) {
      const page = old[index]
      // An empty tree has no page.
      const isNamed = page === undefined || place.before === undefined || equalBytes(page.hash(), place.before)
      isSound &&= isNamed && (page !== undefined || place.before === undefined || place.path.length === 0)
      next.push(...compareSlots(place, page, late[index], before, after))
    }
    level = next
  }
  return { before, after, isSound }
}

async function pagesOf(
  tree: TreeName,
  read: PageReader,
  level: readonly Place[],
  side: 'before' | 'after',
): Promise<readonly (Page | undefined)[]> {
  const keys = level.map(({ path }) => pageKey(tree, path))
  const found = await read(keys.filter((_, index) => level[index]?.[side] !== undefined))
  return keys.map((key) => {
    const bytes = found.get(toHex(key))
    return bytes === undefined ? undefined : readPage(bytes)
  })
}

function compareSlots(
  { path }: Place,
  old: Page | undefined,
  late: Page | undefined,
  before: Leaf[],
  after: Leaf[],
): readonly Place[] {
  const below: Place[] = []
  for (let nibble = 0; nibble < 16; nibble++) {
    const [was, is] = [old?.slots[nibble] ?? null, late?.slots[nibble] ?? null]
    if (was?.kind === 'leaf' && is?.kind === 'leaf' && isSame(was, is)) continue
    if (was?.kind === 'leaf') before.push(was)
    if (is?.kind === 'leaf') after.push(is)
    const hashes = {
      before: was?.kind === 'child' ? was.hash : undefined,
      after: is?.kind === 'child' ? is.hash : undefined,
    }
    if (hashes.before === undefined && hashes.after === undefined) continue
    if (hashes.before !== undefined && hashes.after !== undefined && equalBytes(hashes.before, hashes.after)) continue
    below.push({ path: concat(path, Uint8Array.of(nibble)), ...hashes })
  }
  return below
}

function isSame(a: Leaf, b: Leaf): boolean {
  return equalBytes(a.keyHash, b.keyHash) && equalBytes(a.valueHash, b.valueHash)
}
