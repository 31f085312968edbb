/** Holds one chunk against the root of its tree, without any other chunk. */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type HashRange, type Leaf, leafOf, rangeRoot, type TreeName, treeNumber } from '../state/index.ts'
import { areNamed, type Hanging, hangingOn, splitIds } from './attachments.ts'
import { type Chunk, decodeChunk, type Entry } from './chunk.ts'
import { snapshotError } from './errors.ts'
import type { SoundManifest } from './manifest.ts'

/** What a verified chunk says: exactly the leaves of the range, and all that hangs on them. */
export type VerifiedChunk = {
  readonly tree: TreeName
  readonly range: HashRange
  readonly leaves: readonly Leaf[]
  readonly entries: readonly Entry[]
  readonly indexes: readonly { readonly key: Uint8Array; readonly record: Uint8Array }[]
  readonly blobs: readonly { readonly digest: Uint8Array; readonly bytes: Uint8Array }[]
  readonly executed: readonly { readonly id: Uint8Array; readonly height: bigint }[]
}

const trees: readonly TreeName[] = ['standing', 'records']

/**
 * Verifies chunk `number` of a snapshot: that it is the one that the manifest names, that its range has these leaves and
 * no others, and that nothing is missing of what they name. Nothing of it may be believed before.
 * @throws snapshot.chunk-damaged when its bytes are not those of the manifest: whoever sent it is to blame;
 *   snapshot.chunk-forged, snapshot.unknown-collection when they are: the manifest is
 */
export function verifyChunk(manifest: SoundManifest, number: number, bytes: Uint8Array): VerifiedChunk {
  const digest = manifest.chunks[number]
  if (digest === undefined || !equalBytes(sha256(bytes), digest))
    throw snapshotError('chunk-damaged', { chunk: number })
  const forged = (reason: string, cause?: unknown) => snapshotError('chunk-forged', { chunk: number, reason }, cause)
  try {
    return readChunk(manifest, decodeChunk(bytes), forged)
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code.startsWith('snapshot.')) throw error
    throw forged(error.message, error)
  }
}

function readChunk(
  manifest: SoundManifest,
  { tree: treeIndex, from, to, outside, entries }: Chunk,
  forged: (reason: string) => CommonrootError,
): VerifiedChunk {
  const tree = trees.find((name) => treeNumber[name] === treeIndex)
  if (tree === undefined) throw forged('it is of no tree')
  const range: HashRange = to === undefined ? { from } : { from, to }
  const leaves = entries.map(({ key, value }) => leafOf(key, value))
  if (!equalBytes(rangeRoot(range, leaves, outside), manifest[tree])) throw forged('it leads to another root')
  const rows: Pick<Mutable, 'indexes' | 'blobs' | 'executed'> = { indexes: [], blobs: [], executed: [] }
  for (const entry of entries) follow(manifest, entry, rows, forged)
  return { tree, range, leaves, entries, ...rows }
}

type Mutable = {
  indexes: { key: Uint8Array; record: Uint8Array }[]
  blobs: { digest: Uint8Array; bytes: Uint8Array }[]
  executed: { id: Uint8Array; height: bigint }[]
}

function follow(
  { owners, protocolNumber }: SoundManifest,
  { key, value, attachments }: Entry,
  { indexes, blobs, executed }: Mutable,
  forged: (reason: string) => CommonrootError,
): void {
  const hanging: Hanging | undefined = hangingOn(owners, key, value)
  if (hanging === undefined) throw snapshotError('unknown-collection', { key, protocol: protocolNumber })
  const { digests, idsOf } = hanging
  if (!areNamed(attachments, digests)) throw forged(`what record ${toHex(key)} names is missing, or is something else`)
  for (const index of hanging.indexes) indexes.push({ key: index, record: key })
  if (idsOf === undefined) {
    for (const [place, digest] of digests.entries()) blobs.push({ digest, bytes: attachments[place]! })
    return
  }
  const ids = splitIds(attachments[0]!)
  if (ids === undefined) throw forged('ids of transactions are not in order')
  for (const id of ids) executed.push({ id, height: idsOf })
}
