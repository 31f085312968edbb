/** Makes a snapshot from a database, while a node goes on writing to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { equalBytes } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { protocolState } from '../governance/index.ts'
import type { Protocols } from '../host/index.ts'
import { encodeProof, type SignedHeader } from '../light/index.ts'
import { recordAddress } from '../module/index.ts'
import { proveLeaf, stateRoot, treeRoot } from '../state/index.ts'
import { StateReader } from '../store/index.ts'
import { type Chunk, encodeChunk } from './chunk.ts'
import { cutTree } from './cut.ts'
import { snapshotError } from './errors.ts'
import { ExecutedIds } from './executed-ids.ts'
import { SnapshotDraft } from './folder.ts'
import { chunkEntryBytes, headerPatience, headerPause, maximumChunks, snapshotFormat } from './limits.ts'
import { checkManifest, encodeManifest, type Manifest, manifestDigest, type SoundManifest } from './manifest.ts'
import { verifyChunk } from './verify-chunk.ts'

export type ExportOptions = {
  readonly connection: string
  readonly chain: string
  /** The folder of archive files. */
  readonly archive?: string
  readonly protocols: Protocols
  /** Where snapshots lie: this one gets a folder there. */
  readonly folder: string
  /** The newest state that can be proven, or that after a height of the last few. */
  readonly at: bigint | 'provable'
  /** The signed header of a height with just enough votes; undefined when it has not arrived yet. */
  readonly signedHeader: (height: bigint) => Promise<SignedHeader | undefined>
  /** Bytes of entries in a chunk: all nodes of a chain must use the same, and only tests have a reason for another. */
  readonly chunkBytes?: number
  readonly onProgress?: (chunks: number, bytes: number) => void
  readonly signal?: AbortSignal
}

export type SnapshotSummary = {
  readonly path: string
  readonly height: bigint
  readonly root: Uint8Array
  readonly digest: Uint8Array
  readonly chunks: number
  readonly entries: number
  readonly bytes: number
}

/**
 * Writes a snapshot; its folder is there when it is whole. Each chunk is verified as a receiver would, before it counts.
 * @throws snapshot.state-differs, snapshot.no-header, snapshot.folder-exists, snapshot.too-many-chunks; store.height-gone,
 *   store.height-ahead, store.unavailable; the reason of `signal`
 */
export async function exportSnapshot(options: ExportOptions): Promise<SnapshotSummary> {
  const state = await StateReader.open(options)
  try {
    const draft = await SnapshotDraft.begin(options.folder, state.height)
    try {
      return await new Export(options, state, draft).run()
    } catch (error) {
      await draft.giveUp()
      throw error
    }
  } finally {
    await state.close()
  }
}

class Export {
  readonly #options: ExportOptions
  readonly #state: StateReader
  readonly #draft: SnapshotDraft
  readonly #digests: Uint8Array[] = []
  #entries = 0
  #bytes = 0

  constructor(options: ExportOptions, state: StateReader, draft: SnapshotDraft) {
    this.#options = options
    this.#state = state
    this.#draft = draft
  }

  async run(): Promise<SnapshotSummary> {
    const { chain, protocols } = this.#options
    const { height } = this.#state
    const { root, ...facts } = await this.#facts()
    const proof = await this.#proof(root, facts)
    const manifest = { ...facts, chain, format: snapshotFormat, chunks: this.#digests }
    const sound = checkManifest(manifest, { chain, root, protocols })
    await this.#cut(sound)
    const bytes = encodeManifest(manifest)
    const path = await this.#draft.finish(bytes, proof)
    return {
      path,
      height,
      root,
      digest: manifestDigest(bytes),
      chunks: this.#digests.length,
      entries: this.#entries,
      bytes: this.#bytes + bytes.length + proof.length,
    }
  }

  /** What the manifest says beside the chunks. */
  async #facts(): Promise<Omit<Manifest, 'format' | 'chain' | 'chunks'> & { readonly root: Uint8Array }> {
    const { height } = this.#state
    const stored = await this.#state.stored()
    if (stored === undefined) throw snapshotError('state-differs', { height, reason: 'there is no block' })
    const [standing, records] = [
      await treeRoot('standing', this.#readPages),
      await treeRoot('records', this.#readPages),
    ]
    if (!equalBytes(stateRoot(standing, records), stored.root)) {
      throw snapshotError('state-differs', { height, reason: 'its pages have another' })
    }
    const { key } = recordAddress(protocolState, new Uint8Array(0))
    const value = (await this.#state.read('records', [key])).get(key.toHex())
    const protocol = await proveLeaf('records', this.#readPages, key, value ?? null)
    return { height, time: stored.time, root: stored.root, standing, records, protocol }
  }

  /** What leads from a trust file to the root: a proof file, so that any verifier of proofs can read it. */
  async #proof(root: Uint8Array, { standing, protocol }: Pick<Manifest, 'standing' | 'protocol'>): Promise<Uint8Array> {
    const signed = await this.#header(this.#state.height + 1n)
    if (!equalBytes(signed.header.appHash, root)) {
      throw snapshotError('state-differs', { height: this.#state.height, reason: 'the next header signs another root' })
    }
    return encodeProof({ signed, proven: [protocol], otherRoot: standing, via: [] })
  }

  /** @throws snapshot.no-header */
  async #header(height: bigint): Promise<SignedHeader> {
    const { signedHeader, signal } = this.#options
    const until = performance.now() + headerPatience
    for (;;) {
      const signed = await signedHeader(height)
      if (signed !== undefined) return signed
      if (performance.now() > until) throw snapshotError('no-header', { height })
      await sleep(headerPause, undefined, signal === undefined ? {} : { signal })
    }
  }

  async #cut(manifest: SoundManifest): Promise<void> {
    const { chunkBytes = chunkEntryBytes, signal } = this.#options
    const { owners } = manifest
    const executed = new ExecutedIds(this.#state)
    const cutting = { state: this.#state, owners, executed, chunkBytes, ...(signal === undefined ? {} : { signal }) }
    for (const tree of ['standing', 'records'] as const) {
      for await (const chunk of cutTree(tree, cutting)) await this.#add(manifest, chunk)
    }
  }

  async #add(manifest: SoundManifest, chunk: Chunk): Promise<void> {
    const number = this.#digests.length
    if (number === maximumChunks) throw snapshotError('too-many-chunks', { limit: maximumChunks })
    const bytes = encodeChunk(chunk)
    this.#digests.push(sha256(bytes))
    this.#verify(manifest, number, bytes)
    await this.#draft.addChunk(bytes)
    this.#entries += chunk.entries.length
    this.#bytes += bytes.length
    this.#options.onProgress?.(number + 1, this.#bytes)
  }

  /** As a receiver would: what the database has wrong must not be offered to others. */
  #verify(manifest: SoundManifest, number: number, bytes: Uint8Array): void {
    try {
      verifyChunk(manifest, number, bytes)
    } catch (cause) {
      if (!(cause instanceof CommonrootError)) throw cause
      throw snapshotError('state-differs', { height: this.#state.height, reason: cause.message }, cause)
    }
  }

  readonly #readPages = (keys: readonly Uint8Array[]) => this.#state.read('pages', keys)
}
