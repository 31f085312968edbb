/** Reads one state whole, however long that takes: a view without an age. */
import { CommonrootError } from '../../errors/index.ts'
import { BlockArchive, entryLookup } from '../archive/index.ts'
import { BeforeImageCache } from '../before-image-cache.ts'
import { storeError } from '../errors.ts'
import { writeTimeout } from '../limits.ts'
import type { Head, StoreTable } from '../port.ts'
import { schemaOf } from '../schema.ts'
import { Session } from '../session.ts'
import { readSnapshot, type Snapshot, takeSnapshot } from '../view.ts'

const maximumLooks = 5
const heightGone = storeError('height-gone', { height: 0n, head: 0n, window: 0n }).code

/** The id of an executed transaction, with the height of its block. */
export type ExecutedId = { readonly id: Uint8Array; readonly height: bigint }

type FoundBlob = {
  readonly digest: Uint8Array
  readonly bytes: Uint8Array | null
  readonly height: bigint | null
  readonly offset: number | null
  readonly length: number | null
}

export class StateReader {
  readonly height: bigint
  readonly #session: Session
  readonly #snapshot: Snapshot
  readonly #images = new BeforeImageCache()
  readonly #archive: BlockArchive

  private constructor(session: Session, snapshot: Snapshot, archive: BlockArchive) {
    this.height = snapshot.height
    this.#session = session
    this.#snapshot = snapshot
    this.#archive = archive
  }

  /**
   * Opens the state after a height, or the newest one whose root stands in a signed header. Others may write meanwhile; as
   * long as it is open, Postgres keeps the rows that they replace.
   * @throws store.height-gone, store.height-ahead, store.unavailable
   */
  static async open(options: {
    readonly connection: string
    readonly chain: string
    /** The folder of archive files. */
    readonly archive?: string
    readonly at: bigint | 'provable'
  }): Promise<StateReader> {
    const { connection, chain, archive: folder, at } = options
    const session = new Session({ url: connection, schema: schemaOf(chain), statementTimeout: 60 * writeTimeout })
    try {
      const snapshot = at === 'provable' ? await takeProvable(session) : await takeSnapshot(session, at)
      const lookup = entryLookup((make) => session.query(make))
      return new StateReader(session, snapshot, new BlockArchive(chain, folder, lookup))
    } catch (error) {
      await session.end()
      throw error
    }
  }

  /** Block time and root of the height, as they are stored. Undefined when the block is archived. */
  async stored(): Promise<Head | undefined> {
    const { height } = this
    const [row] = await this.#session.query(
      (sql) => sql<Head[]>`
        select height, time, root from block where height = ${height}
        union all select height, time, root from snapshot_base where height = ${height} limit 1`,
    )
    return row
  }

  /** Present keys only. */
  read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    return readSnapshot(this.#session, this.#snapshot, this.#images, table, keys)
  }

  /** Kept bytes by their digests; those that are there. Nobody has compared them with their digests. */
  async blobs(digests: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = await this.#session.query(
      (sql) => sql<FoundBlob[]>`
        select wanted.digest, blob.height, blob."offset", blob.length,
          coalesce(substring(block.bytes from blob."offset" + 1 for blob.length), snapshot_blob.bytes) as bytes
        from unnest(${sql.typed.bytesList(digests)}) as wanted (digest)
        left join blob on blob.digest = wanted.digest
        left join block on block.height = blob.height
        left join snapshot_blob on snapshot_blob.digest = wanted.digest`,
    )
    const found = new Map<string, Uint8Array>()
    const archived: FoundBlob[] = []
    for (const row of rows) {
      if (row.bytes !== null) found.set(row.digest.toHex(), row.bytes)
      else if (row.height !== null) archived.push(row)
    }
    // In the order of heights, so that a part of a file is decompressed once.
    archived.sort((a, b) => Number((a.height ?? 0n) - (b.height ?? 0n)))
    for (const { digest, height, offset, length } of archived) {
      const block = (await this.#archive.block(height ?? 0n))?.block
      if (block === undefined || offset === null || length === null) continue
      found.set(digest.toHex(), block.slice(offset, offset + length))
    }
    return found
  }

  /** Ids of the transactions that were executed at heights from `from` on and below `until`, as far as they are remembered. */
  async executedBetween(from: bigint, until: bigint): Promise<readonly ExecutedId[]> {
    return await this.#session.query(
      (sql) => sql<ExecutedId[]>`
        select id, height from transaction_id where height >= ${from} and height < ${until}`,
    )
  }

  close(): Promise<void> {
    return this.#session.end()
  }
}

/** A busy chain may have gone on too far between the look at its headers and the snapshot: then another look finds a newer one. */
async function takeProvable(session: Session): Promise<Snapshot> {
  for (let look = 1; ; look++) {
    try {
      return await takeSnapshot(session, await provableHeight(session))
    } catch (error) {
      const isGone = error instanceof CommonrootError && error.code === heightGone
      if (!isGone || look === maximumLooks) throw error
      await session.rollback()
    }
  }
}

/** The height below that of the newest signed header. */
async function provableHeight(session: Session): Promise<bigint | 'head'> {
  const [row] = await session.query(
    (sql) => sql<{ height: bigint | null }[]>`select max(height) as height from signed_header`,
  )
  const height = row?.height ?? undefined
  return height === undefined ? 'head' : height - 1n
}
