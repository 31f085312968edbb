import './global-setup.ts'
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'

/**
 * Makes an empty database for the test file that calls it (at its top level, with `await`), and drops it when the file
 * is done. The result is a connection URL as `openStore` takes it.
 */
export async function testDatabase(): Promise<string> {
  const server = inject('postgres')
  const name = `test_${randomBytes(8).toString('hex')}`
  await withClient(server, (sql) => sql`create database ${sql(name)}`)
  afterAll(() => withClient(server, (sql) => sql`drop database ${sql(name)} with (force)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Runs statements in a database past the store: to look at it, or to damage it. */
export async function withClient<Result>(
  connection: string,
  work: (sql: postgres.Sql) => PromiseLike<Result>,
): Promise<Result> {
  const { pathname, searchParams } = new URL(connection)
  const sql = postgres({
    host: searchParams.get('host') ?? 'localhost',
    port: Number(searchParams.get('port') ?? 5432),
    user: searchParams.get('user') ?? 'postgres',
    database: pathname.slice(1),
    max: 1,
    onnotice: () => {},
  })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
