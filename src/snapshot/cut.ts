/** Cuts a state into chunks. What is in it alone decides where: every node cuts alike. */
import { toHex } from '../codec/index.ts'
import type { Owners } from '../host/index.ts'
import { boundBetween, type Leaf, leavesInOrder, proveRange, type TreeName, treeNumber } from '../state/index.ts'
import type { StateReader } from '../store/index.ts'
import { hangingOn, joinIds } from './attachments.ts'
import { type Chunk, type Entry, entryBytes } from './chunk.ts'
import { snapshotError } from './errors.ts'
import type { ExecutedIds } from './executed-ids.ts'
import { leavesAtOnce, maximumChunkEntries } from './limits.ts'

/** What is read of a state. */
export type CutState = Pick<StateReader, 'height' | 'read' | 'blobs'>

export type CutOptions = {
  readonly state: CutState
  readonly owners: Owners
  readonly executed: Pick<ExecutedIds, 'at'>
  /** Bytes of entries in a chunk. */
  readonly chunkBytes: number
  readonly signal?: AbortSignal
}

/**
 * The chunks of one tree, in the order of their ranges; at least one.
 * @throws snapshot.state-differs, state.page-form, state.page-missing; the reason of `signal`
 */
export async function* cutTree(tree: TreeName, options: CutOptions): AsyncGenerator<Chunk> {
  const { state, chunkBytes } = options
  const readPages = (keys: readonly Uint8Array[]) => state.read('pages', keys)
  let from: Uint8Array = new Uint8Array(32)
  let entries: Entry[] = []
  let last: Leaf | undefined
  let size = 0
  const close = async (to?: Uint8Array): Promise<Chunk> => {
    const range = { from, ...(to === undefined ? {} : { to }) }
    return { tree: treeNumber[tree], ...range, outside: [...(await proveRange(tree, readPages, range))], entries }
  }
  for await (const leaves of portionsOf(leavesInOrder(tree, readPages))) {
    options.signal?.throwIfAborted()
    const read = await entriesOf(options, leaves)
    for (const [index, entry] of read.entries()) {
      const leaf = leaves[index]!
      const bytes = entryBytes(entry)
      if (last !== undefined && entries.length > 0) {
        if (size + bytes > chunkBytes || entries.length === maximumChunkEntries) {
          const to = boundBetween(last.keyHash, leaf.keyHash)
          yield await close(to)
          from = to
          entries = []
          size = 0
        }
      }
      entries.push(entry)
      size += bytes
      last = leaf
    }
  }
  yield await close()
}

/** Leaves come in portions of any size: these are right for a question. */
async function* portionsOf(source: AsyncIterable<readonly Leaf[]>): AsyncGenerator<readonly Leaf[]> {
  let waiting: Leaf[] = []
  for await (const leaves of source) {
    waiting.push(...leaves)
    if (waiting.length < leavesAtOnce) continue
    yield waiting
    waiting = []
  }
  if (waiting.length > 0) yield waiting
}

async function entriesOf({ state, owners, executed }: CutOptions, leaves: readonly Leaf[]): Promise<readonly Entry[]> {
  const values = await state.read(
    'records',
    leaves.map(({ key }) => key),
  )
  const differs = (key: Uint8Array, reason: string) =>
    snapshotError('state-differs', { height: state.height, reason: `${reason} ${toHex(key)}` })
  const read = leaves.map(({ key }) => {
    const value = values.get(toHex(key))
    if (value === undefined) throw differs(key, 'there is no record')
    const hanging = hangingOn(owners, key, value)
    if (hanging === undefined) throw differs(key, 'nobody knows the collection of record')
    return { key, value, hanging }
  })
  const digests = read.flatMap(({ hanging }) => (hanging.idsOf === undefined ? hanging.digests : []))
  const blobs = digests.length === 0 ? new Map<string, Uint8Array>() : await state.blobs(digests)
  const entries: Entry[] = []
  for (const { key, value, hanging } of read) {
    const attachments =
      hanging.idsOf !== undefined
        ? [joinIds(await executed.at(hanging.idsOf))]
        : hanging.digests.map((digest) => {
            const bytes = blobs.get(toHex(digest))
            if (bytes === undefined) throw differs(digest, 'there are no bytes with the digest')
            return bytes
          })
    entries.push({ key, value, attachments })
  }
  return entries
}
