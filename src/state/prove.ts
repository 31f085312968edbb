/** Proofs out of pages: the compact path to a leaf or to where it would be, and the neighbours that ICS23 asks for. */
import { compareBytes, concat, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { stateError } from './errors.ts'
import { emptyHash, pathBit, pathNibble } from './hashing.ts'
import { emptyPage, type Leaf, levelsInPage, Page } from './page.ts'
import { slotsInPage } from './page-hashes.ts'
import { nibblePath, type PageReader, pageKey } from './tree.ts'
import { type CompactPath, type Proven, type TreeName, treeNumber } from './verifier.ts'

/** Proves a key: with its value, or absent when `value` is null. @throws state.page-form, state.page-missing */
export async function proveLeaf(
  tree: TreeName,
  read: PageReader,
  key: Uint8Array,
  value: Uint8Array | null,
): Promise<Proven> {
  const keyHash = sha256(key)
  const { path, leaf } = await descend(tree, read, keyHash)
  const present = leaf !== null && equalBytes(leaf.keyHash, keyHash)
  if (present !== (value !== null) || (value !== null && !equalBytes(leaf!.valueHash, sha256(value)))) {
    throw stateError('page-form', { reason: 'its leaf is not the record that is stored' })
  }
  const foreign = leaf === null || present ? {} : { foreign: concat(leaf.keyHash, leaf.valueHash) }
  return { tree: treeNumber[tree], key, ...(value === null ? {} : { value }), path: { ...path, ...foreign } }
}

/** The root of a tree as its pages have it. */
export async function treeRoot(tree: TreeName, read: PageReader): Promise<Uint8Array> {
  return (await loadPage(tree, read, new Uint8Array(0))).hash()
}

/** The keys of the nearest leaves on both sides of where a key's hash is or would be, in the order of hashes. */
export async function neighbourKeys(
  tree: TreeName,
  read: PageReader,
  key: Uint8Array,
): Promise<{ left: Uint8Array | null; right: Uint8Array | null }> {
  const keyHash = sha256(key)
  return {
    left: await nearest(tree, read, keyHash, new Uint8Array(0), -1),
    right: await nearest(tree, read, keyHash, new Uint8Array(0), 1),
  }
}

async function descend(
  tree: TreeName,
  read: PageReader,
  keyHash: Uint8Array,
): Promise<{ path: CompactPath; leaf: Leaf | null }> {
  const siblings: Uint8Array[] = []
  let named: Uint8Array | undefined
  for (let depth = 0; ; depth++) {
    const page = await loadPage(tree, read, nibblePath(keyHash, depth))
    if (named !== undefined && !equalBytes(page.hashAt(1), named)) {
      throw stateError('page-form', { reason: 'it is not the page that the one above names' })
    }
    let place = 1
    for (let level = 0; ; level++) {
      const only = page.soleLeafAt(place)
      if (only === 'none') return { path: compact(siblings), leaf: null }
      if (only !== 'several') return { path: compact(siblings), leaf: only }
      if (level === levelsInPage) {
        named = page.hashAt(place)
        break
      }
      const goesRight = pathBit(keyHash, levelsInPage * depth + level)
      siblings.push(page.hashAt(2 * place + 1 - goesRight))
      place = 2 * place + goesRight
    }
  }
}

function compact(siblings: readonly Uint8Array[]): CompactPath {
  const bitmap = new Uint8Array(Math.ceil(siblings.length / 8))
  const given: Uint8Array[] = []
  for (const [level, sibling] of siblings.entries()) {
    if (equalBytes(sibling, emptyHash)) continue
    bitmap[level >> 3]! |= 0x80 >> (level & 7)
    given.push(sibling)
  }
  return { depth: siblings.length, bitmap, siblings: concat(...given) }
}

/** Depth first, from the key's own slot outwards: the first leaf strictly on the wanted side. */
async function nearest(
  tree: TreeName,
  read: PageReader,
  keyHash: Uint8Array,
  path: Uint8Array,
  step: -1 | 1,
): Promise<Uint8Array | null> {
  const page = await loadPage(tree, read, path)
  const onPath = nibblePath(keyHash, path.length).every((nibble, index) => nibble === path[index])
  const first = onPath ? pathNibble(keyHash, path.length) : step === 1 ? 0 : slotsInPage - 1
  for (let index = first; index >= 0 && index < slotsInPage; index += step) {
    const slot = page.slot(index)
    if (slot === null) continue
    if (slot.kind === 'child') {
      const found = await nearest(tree, read, keyHash, concat(path, Uint8Array.of(index)), step)
      if (found !== null) return found
    } else if (step * compareBytes(slot.keyHash, keyHash) > 0) return slot.key
  }
  return null
}

async function loadPage(tree: TreeName, read: PageReader, path: Uint8Array): Promise<Page> {
  const key = pageKey(tree, path)
  const bytes = (await read([key])).get(toHex(key))
  if (bytes !== undefined) return Page.read(bytes)
  if (path.length > 0) throw stateError('page-missing', { path })
  return emptyPage
}
