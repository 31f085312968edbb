/**
 * A chain's tables row by row: for whoever checks them, mends them or copies them. Rules and readers never come here.
 * Whoever mends holds the store open, so that nobody else writes.
 */
import type postgres from 'postgres'
import { durably } from '../durable/index.ts'
import { type ArchiveEntry, archivedBlobs, BlockArchive, entryLookup, registerAnew } from './archive/index.ts'
import { areBeforeImages } from './before-images.ts'
import type { Sql } from './connection.ts'
import { type ColumnValue, type CopiedTable, copiedTables } from './copied-tables.ts'
import { CopyReader } from './copy-reader.ts'
import { writeTimeout } from './limits.ts'
import type { StoredBlock, StoreTable } from './port.ts'
import type { openStore } from './postgres.ts'
import { formatSteps, schemaOf, stateTables } from './schema.ts'
import { Session } from './session.ts'
import type { SingleConnectionSettings } from './single-connection.ts'
import { beforeImagesAt, scanBlocks, scanState } from './table-scans.ts'

export type TableRow = { readonly key: Uint8Array; readonly value: Uint8Array }

/** Where a blob lies: a slice of a block. */
export type BlobPlace = {
  readonly digest: Uint8Array
  readonly height: bigint
  readonly offset: number
  readonly length: number
}

export type TransactionPlace = { readonly id: Uint8Array; readonly height: bigint; readonly position: number }

/** A block, and whether it is read from an archive file: there it can't be changed. */
export type FoundBlock = StoredBlock & { readonly archived: boolean }

/** The format that this program writes. */
export const storeFormat = formatSteps.length

const countedTables = { ...stateTables, transactions: 'transaction_id', snapshotBlobs: 'snapshot_blob' } as const

export class Tables {
  readonly #session: Session
  /** For what is looked up beside a scan. */
  readonly #lookups: Session
  readonly #scans: CopyReader
  readonly #schema: string
  readonly archive: BlockArchive

  private constructor(settings: SingleConnectionSettings, chain: string, folder: string | undefined) {
    const session = new Session(settings)
    this.#session = session
    this.#lookups = new Session(settings)
    this.#scans = new CopyReader(settings)
    this.#schema = schemaOf(chain)
    this.archive = new BlockArchive(
      chain,
      folder,
      entryLookup((make) => session.query(make)),
    )
  }

  /** A connection of its own. Nothing is made or locked: the caller has opened the store, or only reads. */
  static open({ connection, chain, archive }: Parameters<typeof openStore>[0]): Tables {
    const settings = { url: connection, schema: schemaOf(chain), statementTimeout: 60 * writeTimeout }
    return new Tables(settings, chain, archive)
  }

  /** Rows in byte order of their keys, after one of them. Sees what is committed. */
  scan(table: StoreTable, after: Uint8Array | undefined, limit: number): Promise<readonly TableRow[]> {
    return scanState(this.#scans, table, after, limit)
  }

  async read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = await this.#session.query(
      (sql) => sql<TableRow[]>`
        select key, value from ${sql(stateTables[table])} where key = any(${sql.typed.bytesList(keys)})`,
    )
    return new Map(rows.map(({ key, value }) => [key.toHex(), value]))
  }

  async count(table: keyof typeof countedTables): Promise<bigint> {
    const name = countedTables[table]
    const [row] = await this.#session.query((sql) => sql<{ count: bigint }[]>`select count(*) from ${sql(name)}`)
    return row?.count ?? 0n
  }

  /** How many of these index entries are there with exactly this value. */
  async countIndexes(entries: readonly TableRow[]): Promise<number> {
    const [row] = await this.#lookups.query(
      (sql) => sql<{ count: bigint }[]>`
        select count(*)
        from unnest(${sql.typed.bytesList(entries.map(({ key }) => key))},
                    ${sql.typed.bytesList(entries.map(({ value }) => value))}) as wanted (key, value)
        join index_entry as found on found.key = wanted.key and found.value = wanted.value`,
    )
    return Number(row?.count ?? 0n)
  }

  /** Which of these digests have no blob. */
  async missingBlobs(digests: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const rows = await this.#lookups.query(
      (sql) => sql<{ digest: Uint8Array }[]>`
        select digest from unnest(${sql.typed.bytesList(digests)}) as wanted (digest)
        where not exists (select from blob where blob.digest = wanted.digest)
          and not exists (select from snapshot_blob where snapshot_blob.digest = wanted.digest)`,
    )
    return rows.map(({ digest }) => digest)
  }

  /** Looks at the next blobs of blocks that are not archived, by digest; whose slice has another digest, or no block, are wrong. */
  async checkBlobs(
    after: Uint8Array | undefined,
    limit: number,
  ): Promise<{ readonly last: Uint8Array | undefined; readonly count: number; readonly wrong: readonly BlobPlace[] }> {
    const rows = await this.#session.query(
      (sql) => sql<(BlobPlace & { readonly wrong: boolean; readonly last: boolean; readonly count: bigint })[]>`
        with portion as (
          select blob.digest, blob.height, blob."offset", blob.length,
            block.height is null and blob.height <= (select coalesce(max(last), -1) from block_archive) as archived,
            coalesce(blob."offset" >= 0 and blob.length >= 0 and
              sha256(substring(block.bytes from blob."offset" + 1 for greatest(blob.length, 0))) = blob.digest, false) as sound
          from (select * from blob where digest > ${after ?? new Uint8Array(0)} order by digest limit ${limit}) as blob
          left join block on block.height = blob.height
        ), seen as (
          select *, not sound and not archived as wrong, lead(digest) over (order by digest) is null as last,
            count(*) filter (where not archived) over () as count
          from portion
        )
        select digest, height, "offset", length, wrong, last, count from seen where wrong or last order by digest`,
    )
    const last = rows.at(-1)
    return { last: last?.digest, count: Number(last?.count ?? 0n), wrong: rows.filter(({ wrong }) => wrong) }
  }

  /** Digests of kept bytes that came with a snapshot and are not what they were. */
  async wrongSnapshotBlobs(): Promise<readonly Uint8Array[]> {
    const rows = await this.#session.query(
      (sql) => sql<{ digest: Uint8Array }[]>`select digest from snapshot_blob where sha256(bytes) <> digest`,
    )
    return rows.map(({ digest }) => digest)
  }

  /** Places of blobs whose blocks are archived, in portions, in the order of heights: each file is read once. */
  archivedBlobs(limit: number): AsyncGenerator<readonly BlobPlace[]> {
    return archivedBlobs(this.#lookups, limit)
  }

  /** Blocks from a height on, in order, wherever they are; a row comes before a file, whose damaged parts are left out. */
  async blocks(from: bigint, limit: number): Promise<readonly FoundBlock[]> {
    const archived = await this.archive.readable(from, limit)
    const until = archived.length < limit ? undefined : archived.at(-1)?.height
    const rows = await scanBlocks(this.#scans, from, until, limit)
    const found = new Map<bigint, FoundBlock>(archived.map((block) => [block.height, { ...block, archived: true }]))
    for (const row of rows) found.set(row.height, { ...row, archived: false })
    return [...found.values()].sort((a, b) => Number(a.height - b.height)).slice(0, limit)
  }

  /** First and last heights of each run of blocks without a gap. */
  async islandEnds(): Promise<readonly bigint[]> {
    const rows = await this.#session.query(
      (sql) => sql<{ height: bigint }[]>`
        select height from (
          select height, lag(height) over (order by height) as before, lead(height) over (order by height) as next
          from block
        ) as neighbours
        where before is distinct from height - 1 or next is distinct from height + 1
        order by height`,
    )
    return rows.map(({ height }) => height)
  }

  /** The newest blocks, as far as a head goes. */
  async newest(limit: number): Promise<readonly Pick<StoredBlock, 'height' | 'root'>[]> {
    return await this.#session.query(
      (sql) => sql<Pick<StoredBlock, 'height' | 'root'>[]>`
        select height, root from block order by height desc limit ${limit}`,
    )
  }

  /** Where blobs lie in the block of a height. */
  async blobsAt(height: bigint): Promise<readonly BlobPlace[]> {
    return await this.#session.query(
      (sql) => sql<BlobPlace[]>`
        select digest, height, "offset", length from blob where height = ${height} order by "offset"`,
    )
  }

  /** Replaces the row of a block that was made sound again. */
  async putBlock({ height, time, root, block, results }: Omit<StoredBlock, 'events'>): Promise<void> {
    await this.#mend(
      (sql) => sql`
        update block set time = ${time}, root = ${root}, bytes = ${block}, results = ${results}
        where height = ${height}`,
    )
  }

  async moveBlock(from: bigint, to: bigint): Promise<void> {
    await this.#mend((sql) => sql`update block set height = ${to} where height = ${from}`)
  }

  /** Signed headers of heights that no block has, and that no block could get next. */
  async strayHeaders(head: bigint): Promise<readonly { readonly height: bigint; readonly bytes: Uint8Array }[]> {
    return await this.#session.query(
      (sql) => sql<{ height: bigint; bytes: Uint8Array }[]>`
        select height, bytes from signed_header where height < 1 or height > ${head + 1n} order by height`,
    )
  }

  /** Stores a signed header that was made sound again. */
  async putHeader(height: bigint, bytes: Uint8Array): Promise<void> {
    await this.#mend(
      (sql) => sql`
        with arrived as (delete from header_wanted where height = ${height})
        insert into signed_header (height, bytes) values (${height}, ${bytes})
        on conflict (height) do update set bytes = excluded.bytes`,
    )
  }

  async removeHeader(height: bigint): Promise<void> {
    await this.#mend((sql) => sql`delete from signed_header where height = ${height}`)
  }

  async signedHeaders(from: bigint, until: bigint): Promise<ReadonlyMap<bigint, Uint8Array>> {
    const rows = await this.#session.query(
      (sql) => sql<{ height: bigint; bytes: Uint8Array }[]>`
        select height, bytes from signed_header where height >= ${from} and height < ${until}`,
    )
    const headers = new Map(rows.map(({ height, bytes }) => [height, bytes]))
    for (const { height, signedHeader } of await this.archive.readable(from, Number(until - from))) {
      if (height < until && signedHeader !== undefined && !headers.has(height)) headers.set(height, signedHeader)
    }
    return headers
  }

  /** Heights for which the node will ask its engine. */
  async wantedHeaders(from: bigint, until: bigint): Promise<ReadonlySet<bigint>> {
    const rows = await this.#session.query(
      (sql) => sql<{ height: bigint }[]>`
        select height from header_wanted where height >= ${from} and height < ${until}`,
    )
    return new Set(rows.map(({ height }) => height))
  }

  async transactions(ids: readonly Uint8Array[]): Promise<readonly TransactionPlace[]> {
    return await this.#session.query(
      (sql) => sql<TransactionPlace[]>`
        select id, height, position from transaction_id where id = any(${sql.typed.bytesList(ids)})`,
    )
  }

  async scanTransactions(after: Uint8Array | undefined, limit: number): Promise<readonly TransactionPlace[]> {
    return await this.#session.query(
      (sql) => sql<TransactionPlace[]>`
        select id, height, position from transaction_id
        where id > ${after ?? new Uint8Array(0)} order by id limit ${limit}`,
    )
  }

  /** Heights that have before-images, in order. */
  async beforeImageHeights(): Promise<readonly bigint[]> {
    const rows = await this.#session.query(
      (sql) => sql<{ height: bigint }[]>`select height from before_image order by height`,
    )
    return rows.map(({ height }) => height)
  }

  /** Whether the before-images of a height are not as they were written. */
  async areBeforeImagesStrange(height: bigint): Promise<boolean> {
    const bytes = await beforeImagesAt(this.#scans, height)
    return bytes !== undefined && !areBeforeImages(height, bytes)
  }

  async put(table: StoreTable, { key, value }: TableRow): Promise<void> {
    await this.#mend(
      (sql) => sql`
        insert into ${sql(stateTables[table])} (key, value) values (${key}, ${value})
        on conflict (key) do update set value = excluded.value`,
    )
  }

  async remove(table: StoreTable, key: Uint8Array): Promise<void> {
    await this.#mend((sql) => sql`delete from ${sql(stateTables[table])} where key = ${key}`)
  }

  async putBlob({ digest, height, offset, length }: BlobPlace): Promise<void> {
    await this.#mend(
      (sql) => sql`
        insert into blob (digest, height, "offset", length) values (${digest}, ${height}, ${offset}, ${length})
        on conflict (digest) do update
        set height = excluded.height, "offset" = excluded."offset", length = excluded.length`,
    )
  }

  async removeBlob(digest: Uint8Array): Promise<void> {
    await this.#mend((sql) => sql`delete from blob where digest = ${digest}`)
  }

  async putTransaction({ id, height, position }: TransactionPlace): Promise<void> {
    await this.#mend(
      (sql) => sql`
        insert into transaction_id (id, height, position) values (${id}, ${height}, ${position})
        on conflict (id) do update set height = excluded.height, position = excluded.position`,
    )
  }

  async removeTransaction(id: Uint8Array): Promise<void> {
    await this.#mend((sql) => sql`delete from transaction_id where id = ${id}`)
  }

  /** Forgets a signed header that is of no use, and lists its height so that the node asks its engine for it. */
  async wantHeader(height: bigint): Promise<void> {
    await this.#mend(
      (sql) => sql`
        with gone as (delete from signed_header where height = ${height})
        insert into header_wanted (height) values (${height}) on conflict do nothing`,
    )
  }

  /** Runs `work` over one unchanging state of all tables. */
  async inSnapshot<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#session.query((sql) => sql`begin isolation level repeatable read read only`)
    try {
      return await work()
    } finally {
      await this.#session.rollback()
    }
  }

  /** Says anew what an archive file is; `former` is where the row was that said it wrongly. */
  async putArchive(former: bigint | undefined, entry: ArchiveEntry): Promise<void> {
    await registerAnew(this.#session, former, entry)
    this.archive.forget()
  }

  /** All that `work` does, or nothing. */
  inTransaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#session.transaction(work)
  }

  /** Undefined before the first block. */
  async headHeight(): Promise<bigint | undefined> {
    const [row] = await this.#session.query(
      (sql) => sql<{ height: bigint | null }[]>`
        select coalesce((select max(height) from block), (select max(height) from snapshot_base)) as height`,
    )
    return row?.height ?? undefined
  }

  /**
   * All rows of a table in the order of its primary key, in portions; the values of a row in the order of `columns`.
   * Only inside a transaction.
   */
  async *rows(table: CopiedTable): AsyncGenerator<readonly (readonly ColumnValue[])[]> {
    const { columns, order, portion } = copiedTables[table]
    // A name of its own: the driver remembers by a statement's text which columns come back.
    const cursor = `copied_${table}`
    await this.#session.query(
      (sql) => sql`
        declare ${sql(cursor)} no scroll cursor for select ${sql(columns)} from ${sql(table)} order by ${sql.unsafe(order)}`,
    )
    for (;;) {
      const rows = await this.#session.query(
        (sql) => sql<Record<string, ColumnValue>[]>`fetch ${sql.unsafe(String(portion))} from ${sql(cursor)}`,
      )
      if (rows.length === 0) break
      yield rows.map((row) => columns.map((column) => row[column] ?? null))
    }
    await this.#session.query((sql) => sql`close ${sql(cursor)}`)
  }

  /** Puts rows in as `rows` gave them. */
  async addRows(table: CopiedTable, rows: readonly (readonly ColumnValue[])[]): Promise<void> {
    const { columns } = copiedTables[table]
    const records = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, textOf(row[index])])))
    const text = JSON.stringify(records)
    await durably('rows.add', () =>
      this.#session.query(
        (sql) => sql`
          insert into ${sql(table)} (${sql(columns)})
          select ${sql(columns)} from json_populate_recordset(null::${sql(this.#schema)}.${sql(table)}, ${text}::text::json)`,
      ),
    )
  }

  async close(): Promise<void> {
    await this.#session.end()
    await this.#lookups.end()
    await this.#scans.end()
  }

  /** One statement that changes rows. */
  async #mend(make: (sql: Sql) => postgres.PendingQuery<postgres.Row[]>): Promise<void> {
    await durably('rows.mend', () => this.#session.query(make))
  }
}

/** As Postgres reads a value of any of these types. */
function textOf(value: ColumnValue | undefined): string | null {
  if (value === null || value === undefined) return null
  return value instanceof Uint8Array ? `\\x${value.toHex()}` : value.toString()
}
