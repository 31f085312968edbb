/** Holds one chunk against the root of its tree, without any other chunk. */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type HashRange, type Leaf, leafOf, rangeRoot, type TreeName, treeNumber } from '../state/index.ts'
import { areNamed, hangingOn, splitIds } from './attachments.ts'
import { decodeChunk, type Entry } from './chunk.ts'
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

/**
 * Verifies chunk `number` of a snapshot: that it is the one that the manifest names, that its range has these leaves and
 * no others, and that nothing is missing of what they name. Nothing of it may be believed before.
 * @throws snapshot.chunk-damaged when its bytes are not those of the manifest: whoever sent it is to blame;
 *   snapshot.chunk-forged when they are: the manifest is;
 *   snapshot.unknown-collection and codes of `state` when it is sound, and this program can't read it
 */
export function verifyChunk(manifest: SoundManifest, number: number, bytes: Uint8Array): VerifiedChunk {
  const digest = manifest.chunks[number]
  if (digest === undefined || !equalBytes(sha256(bytes), digest))
    throw snapshotError('chunk-damaged', { chunk: number })
  const proven = provenChunk(manifest, number, bytes)
  const rows: Rows = { indexes: [], blobs: [], executed: [] }
  for (const entry of proven.entries) follow(manifest, number, entry, rows)
  return { ...proven, ...rows }
}

type Proven = Pick<VerifiedChunk, 'tree' | 'range' | 'leaves' | 'entries'>

/** @throws snapshot.chunk-forged */
function provenChunk(manifest: SoundManifest, number: number, bytes: Uint8Array): Proven {
  try {
    const { tree: treeIndex, from, to, outside, entries } = decodeChunk(bytes)
    const tree = treeIndex === treeNumber.standing ? 'standing' : 'records'
    const range: HashRange = to === undefined ? { from } : { from, to }
    const leaves = entries.map(({ key, value }) => leafOf(key, value))
    if (!equalBytes(rangeRoot(range, leaves, outside), manifest[tree])) throw forged(number, 'it leads to another root')
    return { tree, range, leaves, entries }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code === forged(number, '').code) throw error
    throw forged(number, error.message, error)
  }
}

/** What hangs on the leaves, as it is gathered. */
type Rows = {
  readonly indexes: { key: Uint8Array; record: Uint8Array }[]
  readonly blobs: { digest: Uint8Array; bytes: Uint8Array }[]
  readonly executed: { id: Uint8Array; height: bigint }[]
}

function follow(
  { owners, protocolNumber }: SoundManifest,
  chunk: number,
  { key, value, attachments }: Entry,
  { indexes, blobs, executed }: Rows,
): void {
  const hanging = hangingOn(owners, key, value)
  if (hanging === undefined) throw snapshotError('unknown-collection', { key, protocol: protocolNumber })
  const { digests, idsOf } = hanging
  if (!areNamed(attachments, digests)) throw forged(chunk, `what record ${toHex(key)} names is not there`)
  for (const index of hanging.indexes) indexes.push({ key: index, record: key })
  if (idsOf === undefined) {
    for (const [place, digest] of digests.entries()) blobs.push({ digest, bytes: attachments[place]! })
    return
  }
  const ids = splitIds(attachments[0]!)
  if (ids === undefined) throw forged(chunk, 'ids of transactions are not in order')
  for (const id of ids) executed.push({ id, height: idsOf })
}

function forged(chunk: number, reason: string, cause?: unknown): CommonrootError {
  return snapshotError('chunk-forged', { chunk, reason }, cause)
}
