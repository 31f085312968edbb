/**
 * What deleted rows leave is taken by the next ones, but a file shrinks at its end only, and that is where the newest
 * blocks stand. Moved to the front, they let it. No reader or writer waits for that, as they would for VACUUM FULL.
 */
import { durably } from '../../durable/index.ts'
import type { Session } from '../session.ts'
import { looseFactor, movedAtOnce, smallestLoose } from './limits.ts'

/** Gives space of deleted rows to the next ones, and what is free at the end of a table to the system. */
export async function clear(session: Session): Promise<void> {
  for (const table of ['block', 'signed_header', 'transaction_id', 'header_wanted']) {
    await session.query((sql) => sql`vacuum ${sql(table)}`)
  }
}

/** Writes the tables anew. Everybody else waits: only for a store that nobody else has open. */
export async function rewrite(session: Session): Promise<void> {
  for (const table of ['block', 'signed_header', 'transaction_id']) {
    await session.query((sql) => sql`vacuum (full) ${sql(table)}`)
  }
}

/** Moves the blocks together when their table is several times as large as they are. */
export async function compact(session: Session, breathe: () => Promise<void>): Promise<void> {
  const { held, stored, oldest, head } = await looseness(session)
  if (oldest === null || head === null || held <= smallestLoose + looseFactor * stored) return
  for (let from = oldest; from <= head; from += movedAtOnce) {
    await breathe()
    await moveRows(session, from, from + movedAtOnce - 1n)
    // An old snapshot keeps deleted rows where they are: then there is no room in front, and the table only grows.
    if ((await looseness(session)).held > held + smallestLoose) break
  }
  await clear(session)
}

type Looseness = {
  /** Bytes on disk. */
  readonly held: bigint
  /** Bytes that the rows have. */
  readonly stored: bigint
  readonly oldest: bigint | null
  readonly head: bigint | null
}

async function looseness(session: Session): Promise<Looseness> {
  const [row] = await session.query(
    (sql) => sql<Looseness[]>`
      select pg_table_size('block') as held, min(height) as oldest, max(height) as head,
        coalesce(sum(octet_length(bytes)::bigint + octet_length(results) + octet_length(events)), 0)::bigint as stored
      from block`,
  )
  return row ?? { held: 0n, stored: 0n, oldest: null, head: null }
}

async function moveRows(session: Session, first: bigint, last: bigint): Promise<void> {
  await durably('archive.move', () =>
    session.query(
      (sql) => sql`
        with gone as (delete from block where height between ${first} and ${last} returning *)
        insert into block select * from gone`,
    ),
  )
}
