/** What tables and views are really there, from the server's catalogue. */
import type { Session } from '../session.ts'
import { columnTypes, indexNames, type ProjectionTables } from './definition.ts'

/** Whether all tables, columns, indexes and views are there. */
export async function isWhole(session: Session, schema: string, { tables, views }: ProjectionTables): Promise<boolean> {
  for (const table of tables) {
    if (!sameWords(await columnsOf(session, schema, table.name), columnTypes(table))) return false
    const indexes = await session.query(
      (sql) => sql<{ name: string }[]>`
        select class.relname as name from pg_index join pg_class as class on class.oid = indexrelid
        where indrelid = to_regclass(${table.name}) and indisvalid order by class.relname collate "C"`,
    )
    if (
      !sameWords(
        indexes.map(({ name }) => name),
        indexNames(table),
      )
    )
      return false
  }
  for (const view of Object.keys(views)) {
    const found = await session.query(
      (sql) => sql`select from pg_views where schemaname = ${schema} and viewname = ${view}`,
    )
    if (found.length === 0) return false
  }
  return true
}

/** Name and type of each column of a table, in order; none when there is no such table. */
export async function columnsOf(session: Session, schema: string, table: string): Promise<readonly string[]> {
  const rows = await session.query(
    (sql) => sql<{ name: string; type: string }[]>`
      select attname as name, format_type(atttypid, atttypmod) as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relname = ${table} and relnamespace = (select oid from pg_namespace where nspname = ${schema})
        and attnum > 0 and not attisdropped
      order by attnum`,
  )
  return rows.map(({ name, type }) => `${name} ${type}`)
}

/** Removes a projection's tables and views, also those that an earlier version declared under other names. */
export async function dropTables(session: Session, schema: string, projection: string): Promise<void> {
  const rows = await session.query(
    (sql) => sql<{ name: string; kind: string }[]>`
        select relname as name, relkind::text as kind from pg_class
        where relnamespace = (select oid from pg_namespace where nspname = ${schema})
          and relkind in ('r', 'v') and starts_with(relname, ${`${projection}_`})`,
  )
  for (const { name } of rows.filter(({ kind }) => kind === 'v')) {
    await session.query((sql) => sql`drop view if exists ${sql(name)} cascade`)
  }
  for (const { name } of rows.filter(({ kind }) => kind === 'r')) {
    await session.query((sql) => sql`drop table if exists ${sql(name)} cascade`)
  }
}

/** Whether they are the same in the same order. */
export function sameWords(found: readonly string[], expected: readonly string[]): boolean {
  return found.length === expected.length && expected.every((word, index) => word === found[index])
}
