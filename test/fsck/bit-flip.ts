/** One flipped bit in one column of one row, made in the database past the store, and taken back. */
import type postgres from 'postgres'
import { type CopiedTable, copiedTables } from '../../src/store/index.ts'
import type { SeededRandom } from '../faults/seeded-random.ts'

export type BitFlip = {
  readonly table: CopiedTable
  readonly column: string
  readonly row: number
  readonly bit: number
  /** Takes it back, unless the row has been mended or removed meanwhile. */
  undo(): Promise<void>
}

const tableNames = Object.keys(copiedTables) as [CopiedTable, ...CopiedTable[]]

/** Undefined where there is nothing to flip, or the database refuses the row. */
export async function flipBit(sql: postgres.Sql, schema: string, random: SeededRandom): Promise<BitFlip | undefined> {
  const table = random.pick(tableNames)
  const column = random.pick(copiedTables[table].columns)
  const place = sql`${sql(schema)}.${sql(table)}`
  const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`select count(*)::int as count from ${place}`
  if (count === 0) return undefined
  const row = random.whole(count)
  const [found] = await sql<Record<string, unknown>[]>`
    select * from ${place} order by ${sql.unsafe(copiedTables[table].order)} offset ${row} limit 1`
  const value = found?.[column]
  if (found === undefined || value === null || value === undefined) return undefined
  const isBytes = value instanceof Uint8Array
  const size = isBytes ? value.length : 1
  if (size === 0) return undefined
  const byte = random.whole(size)
  const bit = random.whole(8)
  const flipped = isBytes
    ? sql`set_byte(${sql(column)}, ${byte}, get_byte(${sql(column)}, ${byte}) # ${1 << bit})`
    : sql`${sql(column)} # ${1 << bit}`
  const [moved] = await sql<{ ctid: string }[]>`
    update ${place} set ${sql(column)} = ${flipped}
    where ctid = (select ctid from ${place} order by ${sql.unsafe(copiedTables[table].order)} offset ${row} limit 1)
    returning ctid`.catch(() => [])
  if (moved === undefined) return undefined
  const undo = async () => {
    await sql`update ${place} set ${sql(column)} = ${flipped} where ctid = ${moved.ctid}`
  }
  return { table, column, row, bit: 8 * byte + bit, undo }
}
