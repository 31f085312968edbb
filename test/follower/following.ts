/** A follower of a test's chain, and its tables as they lie in the database. */
import { certificateProjection } from '../../pki/search/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { Follower, type Projection } from '../../src/follower/index.ts'
import { followerSchemaOf } from '../../src/store/index.ts'
import { withClient } from '../postgres.ts'

export function follow(
  chain: Chain,
  connection: string,
  projections: readonly Projection[] = [certificateProjection],
): Follower {
  return Follower.start({ chain, connection, projections })
}

/** Every row of every table of the follower but what it notes about itself, as text. */
export function followedRows(chain: string, connection: string): Promise<readonly string[]> {
  const schema = followerSchemaOf(chain)
  return withClient(connection, async (sql) => {
    const tables = await sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = ${schema} and tablename <> 'projection' order by tablename`
    const rows: string[] = []
    for (const { name } of tables) {
      const found = await sql<{ row: string }[]>`
        select each::text as row from ${sql(schema)}.${sql(name)} as each order by each.place`
      rows.push(...found.map(({ row }) => `${name} ${row}`))
    }
    return rows
  })
}
