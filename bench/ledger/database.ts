/** What the node's Postgres says of itself. */
import { connect } from '../../src/store/connection.ts'

/** Milliseconds. */
const statementTimeout = 60_000

export type Relation = { readonly name: string; readonly rows: number; readonly bytes: number }

/** Tables of chains with their indexes and their outlying values, the largest first. Rows are the server's estimate. */
export function relations(connection: string): Promise<readonly Relation[]> {
  return ask(connection, async (sql) => {
    await sql`analyze`
    return await sql<Relation[]>`
      select c.relname as name, c.reltuples::float8 as rows, pg_total_relation_size(c.oid)::float8 as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname like 'chain\\_%' and c.relkind = 'r'
      order by bytes desc`
  })
}

/** Bytes that have gone to the write-ahead log since the database was made. */
export function logBytes(connection: string): Promise<number> {
  return ask(connection, async (sql) => {
    const [row] = await sql<{ bytes: number }[]>`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`
    return row?.bytes ?? 0
  })
}

async function ask<Answer>(connection: string, question: (sql: ReturnType<typeof connect>) => Promise<Answer>) {
  const sql = connect({ url: connection, schema: 'public', connections: 1, statementTimeout })
  try {
    return await question(sql)
  } finally {
    await sql.end()
  }
}
