/** All leaves of a tree in the order of their hashes, a portion at a time. */
import { concat, equalBytes } from '../codec/index.ts'
import { stateError } from './errors.ts'
import { type Leaf, Page } from './page.ts'
import { type PageReader, pageKey } from './tree.ts'
import type { TreeName } from './verifier.ts'

/** Pages that are read at once. */
const pagesAtOnce = 512

/** A page that was not read yet. Its hash is not known of the top page only. */
type Unread = { readonly kind: 'unread'; readonly path: Uint8Array; readonly hash: Uint8Array | undefined }

/**
 * Every page is held against the hash by which the one above names it.
 * @throws state.page-form, state.page-missing
 */
export async function* leavesInOrder(tree: TreeName, read: PageReader): AsyncGenerator<readonly Leaf[]> {
  // The end of the list comes first.
  let waiting: (Leaf | Unread)[] = [{ kind: 'unread', path: new Uint8Array(0), hash: undefined }]
  while (waiting.length > 0) {
    const leaves: Leaf[] = []
    for (let next = waiting.at(-1); next?.kind === 'leaf'; next = waiting.at(-1)) {
      leaves.push(next)
      waiting.pop()
    }
    if (leaves.length > 0) yield leaves
    if (waiting.length > 0) waiting = await readNext(tree, read, waiting)
  }
}

/** Replaces the unread pages that come next by what they hold. */
async function readNext(
  tree: TreeName,
  read: PageReader,
  waiting: readonly (Leaf | Unread)[],
): Promise<(Leaf | Unread)[]> {
  const wanted: Unread[] = []
  let start = waiting.length
  while (start > 0 && wanted.length < pagesAtOnce) {
    const next = waiting[--start]!
    if (next.kind === 'unread') wanted.push(next)
  }
  const found = await read(wanted.map(({ path }) => pageKey(tree, path)))
  const rest = waiting.slice(0, start)
  for (const next of waiting.slice(start)) {
    if (next.kind === 'leaf') rest.push(next)
    else rest.push(...contentOf(next, found.get(pageKey(tree, next.path).toHex())))
  }
  return rest
}

function contentOf({ path, hash }: Unread, bytes: Uint8Array | undefined): readonly (Leaf | Unread)[] {
  if (bytes === undefined) {
    if (path.length > 0) throw stateError('page-missing', { path })
    return []
  }
  const page = Page.read(bytes)
  if (hash !== undefined && !equalBytes(page.hash(), hash)) {
    throw stateError('page-form', { reason: 'it is not the page that the one above names' })
  }
  const content: (Leaf | Unread)[] = []
  for (let index = page.slots.length - 1; index >= 0; index--) {
    const slot = page.slots[index]
    if (slot === null || slot === undefined) continue
    if (slot.kind === 'leaf') content.push(slot)
    else content.push({ kind: 'unread', path: concat(path, Uint8Array.of(index)), hash: slot.hash })
  }
  return content
}
