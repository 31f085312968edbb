import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import { equalBytes } from '../codec/index.ts'
import { durably } from '../durable/index.ts'
import { type ArchivedBlock, BlockArchive, entryLookup, minimumKeptBlocks } from './archive/index.ts'
import { BeforeImageCache } from './before-image-cache.ts'
import type { Sql } from './connection.ts'
import { storeError } from './errors.ts'
import { HeadMemory } from './head/index.ts'
import { maximumReaders, maximumViewAge, maximumViews, readTimeout, viewPatience } from './limits.ts'
import type {
  BlockPlace,
  BlockWrite,
  DatabaseStore,
  Head,
  ReadView,
  Store,
  StoredBlock,
  StoreTable,
  TableStatistics,
} from './port.ts'
import { Reader } from './reader.ts'
import { schemaOf, stateTables } from './schema.ts'
import { Session } from './session.ts'
import { SessionPool } from './session-pool.ts'
import { SnapshotView, takeSnapshot } from './view.ts'
import { Writer } from './writer.ts'

/**
 * Opens the store of one chain, makes or upgrades its tables, and keeps others out until it is closed.
 * `connection` is a URL as in DATABASE_URL; sessions must reach the server itself, no pooler that shares connections.
 *
 * Every call throws `store.unavailable` while Postgres is away, and works again once it is back.
 * @throws store.in-use, store.format-newer, store.not-durable, store.connection-url, store.unavailable, store.refused
 */
export async function openStore(options: {
  readonly connection: string
  readonly chain: string
  /** The folder of the archive files; a store whose blocks are archived can't read them without it. */
  readonly archive?: string
}): Promise<DatabaseStore> {
  const writer = new Writer(options.connection, options.chain)
  try {
    await writer.open()
  } catch (error) {
    await writer.close()
    throw error
  }
  return new PostgresStore(options, writer)
}

class PostgresStore implements DatabaseStore {
  readonly signedHeaders: Store['signedHeaders']
  readonly #schema: string
  readonly #writer: Writer
  readonly #reader: Reader
  readonly #views: SessionPool
  readonly #images = new BeforeImageCache()
  readonly #known = new HeadMemory()
  readonly #openViews = new Set<SnapshotView>()
  readonly #archive: BlockArchive
  /** The newest block as far as this store has written it. */
  #written = 1n << 63n
  #closing: Promise<void> | undefined

  constructor({ connection: url, chain, archive }: Parameters<typeof openStore>[0], writer: Writer) {
    const schema = schemaOf(chain)
    this.#schema = schema
    this.#writer = writer
    this.#reader = new Reader({ url, schema, statementTimeout: readTimeout }, maximumReaders)
    const viewSettings = { url, schema, statementTimeout: readTimeout, idleTransactionTimeout: 2 * maximumViewAge }
    this.#views = new SessionPool(() => new Session(viewSettings), maximumViews, viewPatience)
    this.#archive = new BlockArchive(
      chain,
      archive,
      entryLookup((make) => this.#read(make)),
    )
    this.signedHeaders = {
      put: (height, bytes) => this.#putSignedHeader(height, bytes),
      get: (height) => this.#signedHeader(height),
      missing: (limit) => this.#missingSignedHeaders(limit),
    }
  }

  async head(): Promise<Head | undefined> {
    const [row] = await this.#read(
      (sql) => sql<Head[]>`select height, time, root from block order by height desc limit 1`,
    )
    return row ?? (await this.base())
  }

  async base(): Promise<Head | undefined> {
    const [row] = await this.#read((sql) => sql<Head[]>`select height, time, root from snapshot_base`)
    return row
  }

  async read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#requireOpen()
    const ask = (unknown: readonly Uint8Array[]) => this.#readTable(table, unknown)
    return table === 'records' ? this.#known.records.read(keys, ask) : ask(keys)
  }

  async #readTable(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = await this.#read(
      (sql) => sql<{ key: Uint8Array; value: Uint8Array }[]>`
        select key, value from ${sql(stateTables[table])} where key = any(${sql.typed.bytesList(keys)})`,
    )
    return new Map(rows.map(({ key, value }) => [key.toHex(), value]))
  }

  async scan(from: Uint8Array, until: Uint8Array, limit: number) {
    this.#requireOpen()
    return await this.#known.ranges.scan(from, until, limit, (...range) => this.#scanTable(...range))
  }

  async #scanTable(from: Uint8Array, until: Uint8Array, limit: number) {
    const found = await this.#read(
      (sql) => sql<{ key: Uint8Array; value: Uint8Array | null }[]>`
        (select key, value from record where key >= ${from} and key < ${until} order by key limit ${limit})
        union all (select key, null from record where key >= ${until} order by key limit 1)
        order by key`,
    )
    const rows = found.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]))
    return { rows, next: found.find(({ value }) => value === null)?.key }
  }

  async view(at: 'head' | bigint): Promise<ReadView> {
    this.#requireOpen()
    const session = await this.#views.borrow()
    try {
      const snapshot = await takeSnapshot(session, at)
      const view = new SnapshotView(snapshot, this.#images, this.#views, session, (closed) => {
        this.#openViews.delete(closed)
      })
      this.#openViews.add(view)
      return view
    } catch (error) {
      await session.rollback()
      this.#views.giveBack(session)
      throw error
    }
  }

  async write(block: BlockWrite): Promise<void> {
    this.#requireOpen()
    try {
      this.#images.put(block.height, await this.#writer.write(block))
    } catch (error) {
      this.#known.inDoubt()
      throw error
    }
    this.#known.written(block)
    this.#written = block.height
  }

  async block(height: bigint): Promise<StoredBlock | undefined> {
    const [row] = await this.#read(
      (sql) => sql<StoredBlock[]>`
        select height, time, root, bytes as block, results, events from block where height = ${height}`,
    )
    if (row !== undefined) return row
    const archived = await this.#archived(height)
    if (archived === undefined) return undefined
    const { time, root, block, results, events } = archived
    return { height, time, root, block, results, events }
  }

  /** Neither database nor archive is trusted to give back what was put in. @throws store.corrupt */
  async blob(digest: Uint8Array): Promise<Uint8Array | undefined> {
    const [row] = await this.#read(
      (sql) => sql<{ bytes: Uint8Array | null; height: bigint; offset: number; length: number }[]>`
        select substring(block.bytes from blob."offset" + 1 for blob.length) as bytes,
          blob.height, blob."offset", blob.length
        from blob left join block on block.height = blob.height
        where blob.digest = ${digest}`,
    )
    if (row === undefined) return await this.#snapshotBlob(digest)
    const archived = row.bytes === null ? await this.#archived(row.height) : undefined
    const bytes = row.bytes ?? archived?.block.slice(row.offset, row.offset + row.length)
    if (bytes === undefined || !equalBytes(createHash('sha256').update(bytes).digest(), digest)) {
      throw storeError('corrupt', { digest })
    }
    return bytes
  }

  async transaction(id: Uint8Array) {
    return (await this.transactions([id])).get(id.toHex())
  }

  async transactions(ids: readonly Uint8Array[]): Promise<ReadonlyMap<string, BlockPlace>> {
    this.#requireOpen()
    return this.#known.places.read(ids, (unknown) => this.#readPlaces(unknown))
  }

  async #readPlaces(ids: readonly Uint8Array[]): Promise<ReadonlyMap<string, BlockPlace>> {
    const rows = await this.#read(
      (sql) => sql<{ id: Uint8Array; height: bigint; position: number }[]>`
        select id, height, position from transaction_id where id = any(${sql.typed.bytesList(ids)})`,
    )
    return new Map(rows.map(({ id, height, position }) => [id.toHex(), { height, position }]))
  }

  async statistics(): Promise<readonly TableStatistics[]> {
    const tables = await this.#read(
      (sql) => sql<Omit<TableStatistics, 'rows'>[]>`
        select relname as table, pg_total_relation_size(oid) as bytes, pg_indexes_size(oid) as "indexBytes"
        from pg_class where relnamespace = (select oid from pg_namespace where nspname = ${this.#schema}) and relkind = 'r' order by relname`,
    )
    const counted: TableStatistics[] = []
    for (const row of tables) {
      const [found] = await this.#read((sql) => sql<{ rows: bigint }[]>`select count(*) as rows from ${sql(row.table)}`)
      counted.push({ ...row, rows: found?.rows ?? 0n })
    }
    return counted
  }

  forget(): void {
    this.#known.inDoubt()
  }

  /** Ends all views; waits for a write under way. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#openViews].map((view) => view.close()))
    await this.#views.end()
    await this.#reader.end()
    await this.#writer.close()
  }

  /** Bytes that came with a snapshot lie there as they are. @throws store.corrupt */
  async #snapshotBlob(digest: Uint8Array): Promise<Uint8Array | undefined> {
    const [row] = await this.#read(
      (sql) => sql<{ bytes: Uint8Array }[]>`select bytes from snapshot_blob where digest = ${digest} limit 1`,
    )
    if (row !== undefined && !equalBytes(createHash('sha256').update(row.bytes).digest(), digest)) {
      throw storeError('corrupt', { digest })
    }
    return row?.bytes
  }

  /** The first header of a height stays: later ones differ at most in whose votes they show. One statement, one transaction. */
  async #putSignedHeader(height: bigint, bytes: Uint8Array): Promise<void> {
    await durably('signed-header.put', () =>
      this.#read(
        (sql) => sql`
          with arrived as (delete from header_wanted where height = ${height})
          insert into signed_header (height, bytes) values (${height}, ${bytes}) on conflict (height) do nothing`,
      ),
    )
  }

  async #signedHeader(height: bigint): Promise<Uint8Array | undefined> {
    const [row] = await this.#read(
      (sql) => sql<{ bytes: Uint8Array }[]>`select bytes from signed_header where height = ${height}`,
    )
    return row?.bytes ?? (await this.#archived(height))?.signedHeader?.slice()
  }

  /** Whoever waits for the newest header asks again and again: it is too new to be looked for in files. */
  async #archived(height: bigint): Promise<ArchivedBlock | undefined> {
    return height > this.#written - minimumKeptBlocks ? undefined : await this.#archive.block(height)
  }

  async #missingSignedHeaders(limit: number): Promise<readonly bigint[]> {
    const rows = await this.#read(
      (sql) => sql<{ height: bigint }[]>`select height from header_wanted order by height limit ${limit}`,
    )
    return rows.map(({ height }) => height)
  }

  /** One statement on any free connection. */
  async #read<Rows extends readonly postgres.MaybeRow[]>(make: (sql: Sql) => postgres.PendingQuery<Rows>) {
    this.#requireOpen()
    return await this.#reader.ask(make)
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new TypeError('the store is closed')
  }
}
