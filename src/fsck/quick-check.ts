/** What a start looks at before the node serves: the roots, the newest block, a sample of records. */
import { decodeBlock } from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { decodeResults } from '../host/index.ts'
import { proveLeaf, rootOf, stateRoot, type TreeName, treeRoot } from '../state/index.ts'
import type { Store } from '../store/index.ts'
import { isDamage } from './damage.ts'
import { fsckError } from './errors.ts'
import { startSample } from './limits.ts'

/** Takes milliseconds, however large the state is. A store without blocks is content. @throws fsck.root-differs, fsck.block-damaged, fsck.record-differs */
export async function quickCheck(store: Store): Promise<void> {
  const head = await store.head()
  if (head === undefined) return
  const stored = await store.block(head.height)
  // A head without a block is what a snapshot has left: there is only the state.
  if (stored !== undefined && head.height > 0n) {
    try {
      const { height } = decodeBlock(stored.block)
      decodeResults(stored.results)
      if (height !== head.height) throw fsckError('block-damaged', { height: head.height, reason: `it says ${height}` })
    } catch (cause) {
      if (!isDamage(cause) || cause.code === 'fsck.block-damaged') throw cause
      throw fsckError('block-damaged', { height: head.height, reason: cause.message }, cause)
    }
  }
  await checkSample(store, head.root)
}

async function checkSample(store: Store, root: Uint8Array): Promise<void> {
  const read = (keys: readonly Uint8Array[]) => store.read('pages', keys)
  const roots = await rootsOf(read, root)
  // Keys are digests for the most part: what begins at a random place is a sample of all.
  const from = crypto.getRandomValues(new Uint8Array(40))
  const first = await store.scan(new Uint8Array(0), new Uint8Array(64).fill(0xff), startSample / 2)
  const prefix = first.at(-1)?.key.subarray(0, -32) ?? new Uint8Array(0)
  from.set(prefix.subarray(0, from.length))
  const others = await store.scan(from, new Uint8Array(64).fill(0xff), startSample / 2)
  for (const { key, value } of [...first, ...others]) {
    if (!(await isProven(read, roots, key, value))) throw fsckError('record-differs', { key })
  }
}

type Roots = Readonly<Record<TreeName, Uint8Array>>
type Read = (keys: readonly Uint8Array[]) => Promise<ReadonlyMap<string, Uint8Array>>

async function rootsOf(read: Read, expected: Uint8Array): Promise<Roots> {
  try {
    const roots = { standing: await treeRoot('standing', read), records: await treeRoot('records', read) }
    const found = stateRoot(roots.standing, roots.records)
    if (!equalBytes(found, expected)) throw fsckError('root-differs', { found, expected })
    return roots
  } catch (cause) {
    if (!isDamage(cause) || cause.code === 'fsck.root-differs') throw cause
    throw fsckError('root-differs', { found: 'that can not be read', expected }, cause)
  }
}

/** Which tree a record stands in is not asked of the program: it must be one of them. */
async function isProven(read: Read, roots: Roots, key: Uint8Array, value: Uint8Array): Promise<boolean> {
  for (const tree of ['records', 'standing'] as const) {
    try {
      if (equalBytes(rootOf(await proveLeaf(tree, read, key, value)), roots[tree])) return true
    } catch (error) {
      if (!isDamage(error)) throw error
    }
  }
  return false
}
