/** The two sides of state sync, behind the Engine port: snapshots of a folder for others, and a database filled from theirs. */
import type { Chain } from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { ChunkVerdict, OfferVerdict, SnapshotOffer, Snapshots } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { Protocols } from '../host/index.ts'
import { snapshotError } from './errors.ts'
import { SnapshotFolder, snapshotHeights, snapshotPath } from './folder.ts'
import { snapshotFormat } from './limits.ts'
import { checkManifest, decodeManifest, manifestDigest, manifestRoot, type SoundManifest } from './manifest.ts'
import { Restoration } from './restoration.ts'

/** Something that was turned down; `sender` is the engine's name of the peer, when it said it. */
export type Refused = { readonly height: bigint; readonly sender?: string; readonly error: CommonrootError }

export type StateSyncOptions = {
  readonly chain: Pick<Chain, 'id' | 'adopt'>
  /** The database of the chain's store, as `openStore` takes it. */
  readonly connection: string
  readonly protocols: Protocols
  /** Where this node's own snapshots lie. */
  readonly folder: string
  /** What others sent and was refused, what is damaged here: somebody should hear of it. */
  readonly onRefused?: (refused: Refused) => void
  readonly onProgress?: (height: bigint, chunks: number, total: number) => void
}

type Offered = { readonly manifest: SoundManifest; readonly bytes: Uint8Array; readonly snapshot: SnapshotFolder }

export class StateSync implements Snapshots {
  readonly #options: StateSyncOptions
  /** Manifests of our own, by height: peers ask again and again. */
  readonly #own = new Map<bigint, Offered>()
  #restoration: Restoration | undefined

  constructor(options: StateSyncOptions) {
    this.#options = options
  }

  async list(): Promise<readonly SnapshotOffer[]> {
    const heights = await snapshotHeights(this.#options.folder)
    for (const height of this.#own.keys()) if (!heights.includes(height)) this.#own.delete(height)
    const offers: SnapshotOffer[] = []
    for (const height of heights) {
      const offered = await this.#ownOf(height)
      if (offered === undefined || offered.manifest.isBeforeSwitch) continue
      const { manifest, bytes } = offered
      const { length: chunks } = manifest.chunks
      offers.push({ height, format: snapshotFormat, chunks, digest: manifestDigest(bytes), metadata: bytes })
    }
    return offers
  }

  /** A chunk that is damaged is not handed out: a peer would think us a liar. */
  async load({ height, format, chunk }: Parameters<Snapshots['load']>[0]): Promise<Uint8Array | undefined> {
    if (format !== snapshotFormat) return undefined
    const offered = await this.#ownOf(height)
    const digest = offered?.manifest.chunks[chunk]
    if (offered === undefined || digest === undefined) return undefined
    return await this.#orRefuse(height, async () => {
      const bytes = await offered.snapshot.chunk(chunk)
      if (!equalBytes(sha256(bytes), digest)) throw snapshotError('chunk-damaged', { chunk })
      return bytes
    })
  }

  /** @throws host.unknown-protocol: this program is too old for the chain */
  async offer(offer: SnapshotOffer, root: Uint8Array): Promise<OfferVerdict> {
    await this.#giveUp()
    if (offer.format !== snapshotFormat) return 'reject-format'
    let manifest: SoundManifest
    try {
      manifest = this.#soundOf(offer, root)
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#options.onRefused?.({ height: offer.height, error })
      return 'reject-sender'
    }
    if (manifest.isBeforeSwitch) return 'reject'
    const { connection, chain } = this.#options
    this.#restoration = await Restoration.begin(manifest, { connection, chain: chain.id })
    return 'accept'
  }

  async apply(chunk: number, bytes: Uint8Array, sender: string): Promise<ChunkVerdict> {
    const restoration = this.#restoration
    if (restoration === undefined) return { verdict: 'abort' }
    const { height, chunks } = restoration.manifest
    try {
      await restoration.add(chunk, bytes)
      this.#options.onProgress?.(height, restoration.taken, chunks.length)
      if (restoration.taken === chunks.length) await this.#finish(restoration)
      return { verdict: 'accept' }
    } catch (error) {
      if (!(error instanceof CommonrootError)) throw error
      return await this.#refuse(error, chunk, sender)
    }
  }

  async #finish(restoration: Restoration): Promise<void> {
    await restoration.finish()
    this.#restoration = undefined
    await this.#options.chain.adopt()
  }

  async #refuse(error: CommonrootError, chunk: number, sender: string): Promise<ChunkVerdict> {
    const height = this.#restoration?.manifest.height ?? 0n
    switch (error.code) {
      case 'snapshot.chunk-damaged':
        this.#options.onRefused?.({ height, sender, error })
        return { verdict: 'retry', refetch: [chunk], rejectSenders: [sender] }
      case 'snapshot.chunk-forged':
      case 'snapshot.chunk-order':
      case 'snapshot.incomplete':
        this.#options.onRefused?.({ height, sender, error })
        await this.#giveUp()
        return { verdict: 'reject-snapshot', rejectSenders: [sender] }
      case 'store.unavailable':
        // What came before the outage is undone with its transaction.
        await this.#giveUp()
        return { verdict: 'retry-snapshot' }
      default:
        await this.#giveUp()
        throw error
    }
  }

  /** Before the node ends. */
  async stop(): Promise<void> {
    await this.#giveUp()
  }

  async #giveUp(): Promise<void> {
    const restoration = this.#restoration
    this.#restoration = undefined
    await restoration?.giveUp()
  }

  /** @throws snapshot.*, codes of `codec`; host.unknown-protocol */
  #soundOf({ height, chunks, digest, metadata }: SnapshotOffer, root: Uint8Array): SoundManifest {
    const { chain, protocols } = this.#options
    const manifest = checkManifest(decodeManifest(metadata), { chain: chain.id, root, protocols })
    const isAsOffered = manifest.height === height && manifest.chunks.length === chunks
    if (!isAsOffered || !equalBytes(manifestDigest(metadata), digest)) {
      throw snapshotError('manifest', { reason: 'it is offered as another snapshot' })
    }
    return manifest
  }

  async #ownOf(height: bigint): Promise<Offered | undefined> {
    const known = this.#own.get(height)
    if (known !== undefined) return known
    const { chain, protocols, folder } = this.#options
    return await this.#orRefuse(height, async () => {
      const snapshot = new SnapshotFolder(snapshotPath(folder, height))
      const bytes = await snapshot.manifest()
      const decoded = decodeManifest(bytes)
      const manifest = checkManifest(decoded, { chain: chain.id, root: manifestRoot(decoded), protocols })
      const offered = { manifest, bytes, snapshot }
      this.#own.set(height, offered)
      return offered
    })
  }

  async #orRefuse<Value>(height: bigint, read: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof CommonrootError)) throw error
      this.#options.onRefused?.({ height, error })
      return undefined
    }
  }
}

/** What is wrong with what a peer says, as opposed to what is wrong here. */
function isRefusal(error: unknown): error is CommonrootError {
  return error instanceof CommonrootError && error.status < 500
}
