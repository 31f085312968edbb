/** What is read by binary COPY: rows of the state, blocks and before-images, which are most of what a chain stores. */
import type { Sql } from './connection.ts'
import type { CopyReader } from './copy-reader.ts'
import type { StoredBlock, StoreTable } from './port.ts'
import { readBigint } from './read-copy.ts'
import { stateTables } from './schema.ts'
import type { TableRow } from './tables.ts'

export async function scanState(
  reader: CopyReader,
  table: StoreTable,
  after: Uint8Array | undefined,
  limit: number,
): Promise<readonly TableRow[]> {
  const rows = await reader.rows(
    2,
    (sql) => sql`
      select key, value from ${sql(stateTables[table])}
      where ${after === undefined ? sql`true` : sql`key > ${bytesLiteral(sql, after)}`}
      order by key limit ${numberLiteral(sql, limit)}`,
  )
  return rows.map(([key, value]) => ({ key: key!, value: value! }))
}

/** Rows of blocks from a height on, in order; `to` is the last height to look at, undefined for all. */
export async function scanBlocks(
  reader: CopyReader,
  from: bigint,
  to: bigint | undefined,
  limit: number,
): Promise<readonly StoredBlock[]> {
  const rows = await reader.rows(
    6,
    (sql) => sql`
      select height, time, root, bytes, results, events from block
      where height >= ${numberLiteral(sql, from)}
        and ${to === undefined ? sql`true` : sql`height <= ${numberLiteral(sql, to)}`}
      order by height limit ${numberLiteral(sql, limit)}`,
  )
  return rows.map(([height, time, root, block, results, events]) => ({
    height: readBigint(height!),
    time: readBigint(time!),
    root: root!,
    block: block!,
    results: results!,
    events: events!,
  }))
}

/** The before-images of a height as they are stored; undefined when there are none. */
export async function beforeImagesAt(reader: CopyReader, height: bigint): Promise<Uint8Array | undefined> {
  const [row] = await reader.rows(
    1,
    (sql) => sql`select bytes from before_image where height = ${numberLiteral(sql, height)}`,
  )
  return row?.[0]
}

/** Statements of COPY take no parameters. */
function bytesLiteral(sql: Sql, bytes: Uint8Array) {
  return sql.unsafe(`'\\x${bytes.toHex()}'::bytea`)
}

function numberLiteral(sql: Sql, value: number | bigint) {
  return sql.unsafe(String(value))
}
