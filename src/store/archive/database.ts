/** The SQL of the archive: which blocks are where, and how they leave the database. */
import type postgres from 'postgres'
import { durably } from '../../durable/index.ts'
import type { Sql } from '../connection.ts'
import type { Session } from '../session.ts'
import type { BlobPlace } from '../tables.ts'
import type { ArchiveEntry, EntryLookup } from './block-archive.ts'
import type { ArchivedBlock } from './file-form.ts'

/** A block's height, and how many bytes its row and its signed header would have in an archive file. */
export type BlockSize = { readonly height: bigint; readonly bytes: number }

export type Extent = {
  readonly oldest: bigint
  readonly head: bigint
  /** Block time of the head, in milliseconds. */
  readonly time: bigint
}

/** The blocks in the database; undefined when there is none. */
export async function extentOf(session: Session): Promise<Extent | undefined> {
  const [row] = await session.query(
    (sql) => sql<Extent[]>`
      select (select min(height) from block) as oldest, height as head, time from block order by height desc limit 1`,
  )
  return row
}

/** How many of the newest blocks, at most `limit`, have no more than so many bytes. */
export async function newestWithin(session: Session, head: bigint, limit: bigint, bytes: number): Promise<bigint> {
  const [row] = await session.query(
    (sql) => sql<{ count: bigint }[]>`
      select count(*) from (
        select sum(octet_length(bytes)::bigint + octet_length(results) + octet_length(events))
          over (order by height desc) as total
        from block where height > ${head - limit}
      ) as newest
      where total <= ${bytes}`,
  )
  return row?.count ?? 0n
}

/** Sizes of blocks of consecutive heights from `first` on. */
export async function sizesFrom(
  session: Session,
  first: bigint,
  until: bigint,
  limit: number,
): Promise<readonly BlockSize[]> {
  const rows = await session.query(
    (sql) => sql<{ height: bigint; bytes: bigint }[]>`
      select block.height, octet_length(block.bytes)::bigint + octet_length(results) + octet_length(events)
        + coalesce(octet_length(signed_header.bytes), 0) as bytes
      from block left join signed_header on signed_header.height = block.height
      where block.height >= ${first} and block.height <= ${until} order by block.height limit ${limit}`,
  )
  const gap = rows.findIndex(({ height }, index) => height !== first + BigInt(index))
  return (gap < 0 ? rows : rows.slice(0, gap)).map(({ height, bytes }) => ({ height, bytes: Number(bytes) }))
}

/** Blocks with their signed headers, in order. */
export async function blocksBetween(session: Session, first: bigint, last: bigint): Promise<readonly ArchivedBlock[]> {
  const rows = await session.query(
    (sql) => sql<(Omit<ArchivedBlock, 'signedHeader'> & { signedHeader: Uint8Array | null })[]>`
      select block.height, time, root, block.bytes as block, results, events, signed_header.bytes as "signedHeader"
      from block left join signed_header on signed_header.height = block.height
      where block.height between ${first} and ${last} order by block.height`,
  )
  return rows.map((row) => ({ ...row, signedHeader: row.signedHeader ?? undefined }))
}

export async function signedHeaderAt(session: Session, height: bigint): Promise<Uint8Array | undefined> {
  const [row] = await session.query(
    (sql) => sql<{ bytes: Uint8Array }[]>`select bytes from signed_header where height = ${height}`,
  )
  return row?.bytes
}

/** How a reader finds the entries of heights; `ask` runs one query. */
export function entryLookup(
  ask: (make: (sql: Sql) => postgres.PendingQuery<ArchiveEntry[]>) => Promise<readonly ArchiveEntry[]>,
): EntryLookup {
  return {
    upTo: async (height) => {
      const [row] = await ask(
        (sql) => sql`
          select first, last, time, bytes, digest from block_archive
          where first <= ${height} order by first desc limit 1`,
      )
      return row
    },
    above: async (height) => {
      const [row] = await ask(
        (sql) => sql`
          select first, last, time, bytes, digest from block_archive
          where first > ${height} order by first limit 1`,
      )
      return row
    },
    all: () => ask((sql) => sql`select first, last, time, bytes, digest from block_archive order by first`),
  }
}

export async function register(session: Session, { first, last, time, bytes, digest }: ArchiveEntry): Promise<void> {
  await durably('archive.register', () =>
    session.query(
      (sql) => sql`
        insert into block_archive (first, last, time, bytes, digest)
        values (${first}, ${last}, ${time}, ${bytes}, ${digest})`,
    ),
  )
}

/** `former` is where the row was that said it wrongly. */
export async function registerAnew(session: Session, former: bigint | undefined, entry: ArchiveEntry): Promise<void> {
  const { first, last, time, bytes, digest } = entry
  await durably('archive.register-anew', () =>
    session.query(
      (sql) => sql`
        with gone as (delete from block_archive where first = ${former === first ? null : (former ?? null)})
        insert into block_archive (first, last, time, bytes, digest)
        values (${first}, ${last}, ${time}, ${bytes}, ${digest})
        on conflict (first) do update
        set last = excluded.last, time = excluded.time, bytes = excluded.bytes, digest = excluded.digest`,
    ),
  )
}

/** Places of blobs whose blocks are archived, in portions, in the order of heights. */
export async function* archivedBlobs(session: Session, limit: number): AsyncGenerator<readonly BlobPlace[]> {
  await session.query(
    (sql) => sql`
      declare archived_blobs cursor with hold for
      select digest, height, "offset", length from blob
      where height <= (select max(last) from block_archive)
        and not exists (select from block where block.height = blob.height)
      order by height`,
  )
  try {
    for (;;) {
      const fetch = `fetch ${limit} from archived_blobs`
      const rows = await session.query((sql) => sql<BlobPlace[]>`${sql.unsafe(fetch)}`)
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await session.query((sql) => sql`close archived_blobs`)
  }
}

/**
 * Takes blocks that are archived out of the database; any others stay. So do the signed headers of `unsigned`: they had
 * not arrived when the file was written.
 */
export async function deleteArchived(
  session: Session,
  { first, last }: { readonly first: bigint; readonly last: bigint },
  unsigned: readonly bigint[],
): Promise<void> {
  await durably('archive.take-out', () =>
    session.query(
      (sql) => sql`
        with gone as (
          delete from block using block_archive
          where block.height between ${first} and ${last}
            and block.height between block_archive.first and block_archive.last
          returning block.height
        )
        delete from signed_header using gone
        where signed_header.height = gone.height
          and signed_header.height <> all (${`{${unsigned.join(',')}}`}::text::bigint[])`,
    ),
  )
}

/**
 * Takes ids of transactions out that no block could execute again: `before` is a block time that all of them were
 * executed at or before.
 */
export async function deleteTransactions(session: Session, before: bigint): Promise<void> {
  await durably('archive.forget', () =>
    session.query(
      (sql) => sql`
        delete from transaction_id
        where height <= (select max(last) from block_archive where time < ${before})`,
    ),
  )
}

/** Bytes on disk of the tables that archiving makes smaller, indexes included. */
export async function sizeOnDisk(session: Session): Promise<bigint> {
  const [row] = await session.query(
    (sql) => sql<{ bytes: bigint }[]>`
      select sum(pg_total_relation_size(name::regclass))::bigint as bytes
      from unnest(array['block', 'signed_header', 'transaction_id']) as name`,
  )
  return row?.bytes ?? 0n
}
