/** Snapshots from a folder: verified against a trust file, and imported. */
import type { SignatureVerifier } from '../crypto/index.ts'
import type { Protocols } from '../host/index.ts'
import { decodeProof, type Trust, verifyProof } from '../light/index.ts'
import type { Store } from '../store/index.ts'
import { ChunkSequence } from './chunk-sequence.ts'
import { snapshotError } from './errors.ts'
import type { SnapshotFolder } from './folder.ts'
import { checkManifest, decodeManifest, manifestDigest, type SoundManifest } from './manifest.ts'
import { Restoration } from './restoration.ts'

export type TrustedSource = {
  readonly snapshot: SnapshotFolder
  readonly protocols: Protocols
  readonly trust: Trust
  /** Milliseconds since 1970, by the reader's clock: the trust must not have expired. */
  readonly now: bigint
  readonly verifier: SignatureVerifier
  readonly onProgress?: (chunks: number, total: number) => void
  readonly signal?: AbortSignal
}

export type VerifiedSnapshot = {
  readonly height: bigint
  readonly root: Uint8Array
  readonly digest: Uint8Array
  readonly chunks: number
  readonly entries: number
}

/** Verifies a whole snapshot, without a database. @throws as `importSnapshot`, but for the store's */
export async function verifySnapshot(source: TrustedSource): Promise<VerifiedSnapshot> {
  const manifest = await trustedManifest(source)
  const sequence = new ChunkSequence(manifest)
  let entries = 0
  for await (const { number, bytes } of chunksOf(source, manifest)) {
    entries += sequence.take(number, bytes).chunk.entries.length
  }
  sequence.end()
  return await summaryOf(source, manifest, entries)
}

/**
 * Fills the empty store of a chain from a snapshot, all or nothing.
 * @throws snapshot.not-empty; proof.*, light.* when the trust file does not lead to it; snapshot.other-chain,
 *   snapshot.other-root, snapshot.manifest, snapshot.chunk-damaged and its kin, codes of `codec`; store.unavailable
 */
export async function importSnapshot(
  source: TrustedSource & {
    /** Open, so that no node writes meanwhile. */
    readonly store: Store
    readonly connection: string
    readonly chain: string
  },
): Promise<VerifiedSnapshot> {
  const { store, chain } = source
  const manifest = await trustedManifest(source)
  if (manifest.chain !== chain) throw snapshotError('other-chain', { found: manifest.chain, expected: chain })
  const head = await store.head()
  if (head !== undefined) throw snapshotError('not-empty', { chain, height: head.height })
  const restoration = await Restoration.begin(manifest, source)
  try {
    for await (const { number, bytes } of chunksOf(source, manifest)) await restoration.add(number, bytes)
    await restoration.finish()
  } finally {
    await restoration.giveUp()
  }
  return await summaryOf(source, manifest, restoration.entries)
}

/** The manifest of a snapshot, once validators that are trusted have signed its root. */
async function trustedManifest({ snapshot, protocols, trust, now, verifier }: TrustedSource): Promise<SoundManifest> {
  const { header, headerTime, provenHeight } = verifyProof(decodeProof(await snapshot.proof()), trust, {
    now,
    verifier,
  })
  const manifest = decodeManifest(await snapshot.manifest())
  if (manifest.height !== provenHeight) {
    throw snapshotError('manifest', { reason: `it is of height ${manifest.height}, its proof of ${provenHeight}` })
  }
  if (manifest.time >= headerTime) throw snapshotError('manifest', { reason: 'its time is not before the next header' })
  return checkManifest(manifest, { chain: trust.chain, root: header.appHash, protocols })
}

async function* chunksOf(
  { snapshot, onProgress, signal }: TrustedSource,
  { chunks }: SoundManifest,
): AsyncGenerator<{ readonly number: number; readonly bytes: Uint8Array }> {
  for (let number = 0; number < chunks.length; number++) {
    signal?.throwIfAborted()
    yield { number, bytes: await snapshot.chunk(number) }
    onProgress?.(number + 1, chunks.length)
  }
}

async function summaryOf(
  { snapshot }: TrustedSource,
  { height, root, chunks }: SoundManifest,
  entries: number,
): Promise<VerifiedSnapshot> {
  return { height, root, digest: manifestDigest(await snapshot.manifest()), chunks: chunks.length, entries }
}
