/** A Postgres server seen from outside of any chain: its databases, and whether it is meant to last. */
import { answerOf, connect, type Sql } from './connection.ts'
import { clusterName } from './embedded/index.ts'
import { readTimeout } from './limits.ts'

/** Milliseconds: the server copies its template. */
const createTimeout = 60_000

/**
 * Makes a database on a server unless it is there. @param connection of another database, with the right to make some
 * @returns the new one's connection URL @throws store.unavailable, store.refused
 */
export function createDatabase(connection: string, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError('not a name for a database')
  return withServer(connection, createTimeout, async (sql) => {
    const query = sql`select 1 from pg_database where datname = ${name}`
    const existing = await answerOf(query, createTimeout)
    if (existing.length === 0) await answerOf(sql`create database ${sql(name)}`, createTimeout)
    const url = new URL(connection)
    url.pathname = `/${name}`
    return url.href
  })
}

/** Whether this is the server that the sandbox starts: it is for trying out. @throws store.unavailable, store.refused */
export function isEmbeddedServer(connection: string): Promise<boolean> {
  return withServer(connection, readTimeout, async (sql) => {
    const query = sql<{ name: string }[]>`select current_setting('cluster_name') as name`
    const [row] = await answerOf(query, readTimeout)
    return row?.name === clusterName
  })
}

async function withServer<Result>(
  connection: string,
  statementTimeout: number,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const sql = connect({ url: connection, schema: 'pg_catalog', connections: 1, statementTimeout })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 0 })
  }
}
