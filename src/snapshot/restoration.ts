/**
 * Fills an empty database from a snapshot, chunk by chunk. A chunk is verified before anything of it is stored; what a
 * record implies (index entries, pages of the trees) is made here and taken from nobody. It becomes the state with the
 * last chunk, or not at all.
 */
import { BulkLoad } from '../store/index.ts'
import { ChunkSequence, type TakenChunk } from './chunk-sequence.ts'
import type { SoundManifest } from './manifest.ts'

/** The block of a transaction that came with a snapshot is not here: no place in it means anything. */
const noPosition = 0

export class Restoration {
  readonly #sequence: ChunkSequence
  readonly #load: BulkLoad
  #entries = 0
  /** While one chunk is being stored, the next is verified. */
  #storing: Promise<void> = Promise.resolve()

  private constructor(manifest: SoundManifest, load: BulkLoad) {
    this.#sequence = new ChunkSequence(manifest)
    this.#load = load
  }

  /**
   * Begins, for whoever holds the store open. A state that came from another snapshot, and on which no block was built, is
   * replaced. @throws store.blocks-stored, store.unavailable
   */
  static async begin(
    manifest: SoundManifest,
    place: { readonly connection: string; readonly chain: string },
  ): Promise<Restoration> {
    return new Restoration(manifest, await BulkLoad.begin(place))
  }

  get manifest(): SoundManifest {
    return this.#sequence.manifest
  }

  /** How many chunks were taken. */
  get taken(): number {
    return this.#sequence.taken
  }

  /** How many records they had. */
  get entries(): number {
    return this.#entries
  }

  /**
   * Takes the next chunk. After a refusal of its bytes alone it can come again; after any other, give up.
   * @throws as `ChunkSequence.take`; store.unavailable, which may be about a chunk before
   */
  async add(number: number, bytes: Uint8Array): Promise<void> {
    const taken = this.#sequence.take(number, bytes)
    this.#entries += taken.chunk.entries.length
    await this.#storing
    this.#storing = this.#store(taken)
    // Whoever comes next hears of a failure.
    this.#storing.catch(() => undefined)
  }

  /** After the last chunk: makes it the state. @throws snapshot.incomplete, store.unavailable */
  async finish(): Promise<void> {
    this.#sequence.end()
    await this.#storing
    const { height, time, root } = this.manifest
    await this.#load.commit({ height, time, root })
  }

  /** Leaves the database as it was, unless it is finished. May be called again. */
  async giveUp(): Promise<void> {
    await this.#storing.catch(() => undefined)
    await this.#load.abort()
  }

  async #store({ chunk, pages }: TakenChunk): Promise<void> {
    const rows = {
      record: chunk.entries.map(({ key, value }) => [key, value]),
      index_entry: chunk.indexes.map(({ key, record }) => [key, record]),
      snapshot_blob: chunk.blobs.map(({ digest, bytes }) => [digest, bytes]),
      transaction_id: chunk.executed.map(({ id, height }) => [id, height, noPosition]),
      page: pages.map(({ key, value }) => [key, value]),
    } as const
    for (const table of ['record', 'index_entry', 'snapshot_blob', 'transaction_id', 'page'] as const) {
      if (rows[table].length > 0) await this.#load.copy(table, rows[table])
    }
  }
}
