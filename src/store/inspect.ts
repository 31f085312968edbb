import { answerOf, connect } from './connection.ts'
import { readTimeout } from './limits.ts'
import { chainOf } from './schema.ts'

/** What a database holds of one chain; `height` is undefined before its first block. */
export type StoredChain = { readonly chain: string; readonly format: number; readonly height: bigint | undefined }

/** Lists the chains of a database, whether or not a node has them open, by name. @throws store.unavailable, store.refused */
export async function inspectDatabase(connection: string): Promise<readonly StoredChain[]> {
  const sql = connect({ url: connection, schema: 'pg_catalog', connections: 1, statementTimeout: readTimeout })
  try {
    const schemas = await answerOf(
      sql<{ schema: string }[]>`
        select schemaname as schema from pg_tables where tablename = 'store_format' order by schemaname::bytea`,
      readTimeout,
    )
    const chains: StoredChain[] = []
    for (const { schema } of schemas) {
      const chain = chainOf(schema)
      if (chain === undefined) continue
      const [row] = await answerOf(
        sql<{ format: number; height: bigint | null }[]>`
          select (select version from ${sql(schema)}.store_format) as format,
                 (select max(height) from ${sql(schema)}.block) as height`,
        readTimeout,
      )
      if (row !== undefined) chains.push({ chain, format: row.format, height: row.height ?? undefined })
    }
    return chains
  } finally {
    await sql.end({ timeout: 0 })
  }
}
