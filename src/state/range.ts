/**
 * Ranges of a tree: all leaves whose hash lies between two bounds, and the hashes that lead from them to the root. They
 * show that nothing is missing in between and nothing was added, without the rest of the tree.
 *
 * The proof is what a walk over the binary tree meets outside the range, from left to right: wherever a bound falls into a
 * subtree, the walk looks at its halves; a half that lies outside is told in one byte string,
 *
 *     empty                   nothing
 *     H(key) | H(value)       its only leaf
 *     32 bytes                its hash, when it has several leaves
 *
 * A subtree with one leaf has the hash of that leaf, so that a verifier must know which of the three it is.
 */
import { compareBytes, concat, equalBytes } from '../codec/index.ts'
import { stateError } from './errors.ts'
import { emptyHash, innerHash, leafHash, pathBit } from './hashing.ts'
import { emptyPage, type Leaf, levelsInPage, Page } from './page.ts'
import { nibblePath, type PageReader, pageKey } from './tree.ts'
import { maximumPathDepth, type TreeName } from './verifier.ts'

/** All hashes from `from` on and below `to`; without `to`, up to the last one. */
export type HashRange = { readonly from: Uint8Array; readonly to?: Uint8Array }

/** Both bounds fall into at most one subtree of each level, and leave at most one half of it outside. */
export const maximumOutside = 2 * maximumPathDepth

/** What a subtree is, as far as its hash depends on it. */
type Node = { readonly kind: 'none' | 'leaf' | 'several'; readonly hash: Uint8Array }

const none: Node = { kind: 'none', hash: emptyHash }

/** Where the next range begins: the shortest path that parts two neighbours, filled up with zeros. */
export function boundBetween(before: Uint8Array, after: Uint8Array): Uint8Array {
  let level = 0
  while (pathBit(before, level) === pathBit(after, level)) level++
  const bound = new Uint8Array(after.length)
  const whole = level >> 3
  bound.set(after.subarray(0, whole))
  bound[whole] = after[whole]! & (0xff << (7 - (level & 7)))
  return bound
}

/**
 * The root of the tree that these leaves and hashes belong to, if what they say is true. The caller compares it; when it
 * is the tree's, the range has exactly these leaves.
 * @param leaves in rising order of H(key)
 * @throws state.range-form when leaves, bounds or hashes are not exactly what the form allows
 */
export function rangeRoot(
  range: HashRange,
  leaves: readonly Pick<Leaf, 'keyHash' | 'valueHash'>[],
  outside: readonly Uint8Array[],
): Uint8Array {
  requireOrder(range, leaves)
  let next = 0
  const takeOutside = (path: Uint8Array, depth: number): Node => {
    const told = outside[next++]
    if (told === undefined) refuse('a hash outside the range is missing')
    return nodeOf(told, path, depth)
  }
  const root = walk(range, leaves, takeOutside, new Uint8Array(32), 0)
  if (next !== outside.length) refuse('there are more hashes than the range needs')
  return root.hash
}

/** What `rangeRoot` needs beside the leaves. @throws state.page-form, state.page-missing */
export async function proveRange(tree: TreeName, read: PageReader, range: HashRange): Promise<readonly Uint8Array[]> {
  const outside: Uint8Array[] = []
  const load = async (path: Uint8Array): Promise<Page> => {
    const key = pageKey(tree, path)
    const bytes = (await read([key])).get(key.toHex())
    if (bytes !== undefined) return Page.read(bytes)
    if (path.length > 0) throw stateError('page-missing', { path })
    return emptyPage
  }
  const visit = async (place: Place, path: Uint8Array, depth: number): Promise<void> => {
    const where = relation(range, path, depth)
    if (where === 'inside') return
    if (where === 'outside') {
      outside.push(toldOf(place))
      return
    }
    const [left, right] = await halvesOf(place, path, depth, load)
    await visit(left, path, depth + 1)
    await visit(right, withBit(path, depth), depth + 1)
  }
  const top = await load(new Uint8Array(0))
  await visit(placeIn(top, 1), new Uint8Array(32), 0)
  return outside
}

/** A subtree as pages show it. */
type Place =
  | { readonly kind: 'none' }
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'several'; readonly page: Page; readonly place: number }

function placeIn(page: Page, place: number): Place {
  const only = page.soleLeafAt(place)
  if (only === 'none') return { kind: 'none' }
  return only === 'several' ? { kind: 'several', page, place } : { kind: 'leaf', leaf: only }
}

async function halvesOf(
  place: Place,
  path: Uint8Array,
  depth: number,
  load: (path: Uint8Array) => Promise<Page>,
): Promise<readonly [Place, Place]> {
  if (place.kind === 'none') return [place, place]
  if (place.kind === 'leaf') {
    const other: Place = { kind: 'none' }
    return pathBit(place.leaf.keyHash, depth) === 0 ? [place, other] : [other, place]
  }
  let { page, place: heap } = place
  if (heap >= 1 << levelsInPage) {
    page = await load(nibblePath(path, depth / levelsInPage))
    heap = 1
  }
  return [placeIn(page, 2 * heap), placeIn(page, 2 * heap + 1)]
}

function toldOf(place: Place): Uint8Array {
  if (place.kind === 'none') return new Uint8Array(0)
  if (place.kind === 'leaf') return concat(place.leaf.keyHash, place.leaf.valueHash)
  return place.page.hashAt(place.place)
}

function nodeOf(told: Uint8Array, path: Uint8Array, depth: number): Node {
  if (told.length === 0) return none
  if (told.length === 64) {
    const keyHash = told.subarray(0, 32)
    for (let level = 0; level < depth; level++) {
      if (pathBit(keyHash, level) !== pathBit(path, level)) refuse('a leaf outside the range stands elsewhere')
    }
    return { kind: 'leaf', hash: leafHash(keyHash, told.subarray(32)) }
  }
  if (told.length !== 32 || equalBytes(told, emptyHash)) refuse('a hash outside the range is none')
  return { kind: 'several', hash: told }
}

function walk(
  range: HashRange,
  leaves: readonly Pick<Leaf, 'keyHash' | 'valueHash'>[],
  takeOutside: (path: Uint8Array, depth: number) => Node,
  path: Uint8Array,
  depth: number,
): Node {
  const where = relation(range, path, depth)
  if (where === 'outside') return takeOutside(path, depth)
  if (where === 'inside') return subtree(leaves, 0, leaves.length, depth)
  const middle = firstRight(leaves, 0, leaves.length, depth)
  const left = walk(range, leaves.slice(0, middle), takeOutside, path, depth + 1)
  return join(left, walk(range, leaves.slice(middle), takeOutside, withBit(path, depth), depth + 1))
}

/** The subtree of all leaves from `start` to `end`, which begin with the same `depth` bits. */
function subtree(
  leaves: readonly Pick<Leaf, 'keyHash' | 'valueHash'>[],
  start: number,
  end: number,
  depth: number,
): Node {
  if (start === end) return none
  if (end - start === 1) {
    const { keyHash, valueHash } = leaves[start]!
    return { kind: 'leaf', hash: leafHash(keyHash, valueHash) }
  }
  const middle = firstRight(leaves, start, end, depth)
  return join(subtree(leaves, start, middle, depth + 1), subtree(leaves, middle, end, depth + 1))
}

function join(left: Node, right: Node): Node {
  if (left.kind === 'none' && right.kind !== 'several') return right
  if (right.kind === 'none' && left.kind !== 'several') return left
  return { kind: 'several', hash: innerHash(left.hash, right.hash) }
}

/** The first of the leaves from `start` to `end` that goes right at this depth. */
function firstRight(leaves: readonly Pick<Leaf, 'keyHash'>[], start: number, end: number, depth: number): number {
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pathBit(leaves[middle]!.keyHash, depth) === 0) low = middle + 1
    else high = middle
  }
  return low
}

/** How the subtree below the first `depth` bits of `path`, whose other bits are zero, lies to a range. */
function relation({ from, to }: HashRange, path: Uint8Array, depth: number): 'inside' | 'outside' | 'both' {
  const last = lastOf(path, depth)
  if (compareBytes(last, from) < 0 || (to !== undefined && compareBytes(path, to) >= 0)) return 'outside'
  const reachesOut = compareBytes(path, from) < 0 || (to !== undefined && compareBytes(last, to) >= 0)
  return reachesOut ? 'both' : 'inside'
}

function lastOf(path: Uint8Array, depth: number): Uint8Array {
  const last = Uint8Array.from(path)
  const whole = depth >> 3
  if (whole < last.length) {
    last[whole]! |= 0xff >> (depth & 7)
    last.fill(0xff, whole + 1)
  }
  return last
}

function withBit(path: Uint8Array, depth: number): Uint8Array {
  const right = Uint8Array.from(path)
  right[depth >> 3]! |= 0x80 >> (depth & 7)
  return right
}

function requireOrder({ from, to }: HashRange, leaves: readonly Pick<Leaf, 'keyHash'>[]): void {
  if (from.length !== 32 || (to !== undefined && to.length !== 32)) refuse('a bound has not 32 bytes')
  if (to !== undefined && compareBytes(from, to) >= 0) refuse('it ends before it begins')
  const [first] = leaves
  const last = leaves.at(-1)
  if (first !== undefined && compareBytes(first.keyHash, from) < 0) refuse('a leaf stands before it')
  if (last !== undefined && to !== undefined && compareBytes(last.keyHash, to) >= 0) refuse('a leaf stands behind it')
  for (let index = 1; index < leaves.length; index++) {
    if (compareBytes(leaves[index - 1]!.keyHash, leaves[index]!.keyHash) >= 0) refuse('its leaves are not in order')
  }
}

function refuse(reason: string): never {
  throw stateError('range-form', { reason })
}
