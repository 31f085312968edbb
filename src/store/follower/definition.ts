/** Tables of a projection, declared once: types of rows, SQL that makes them, and the form in which they are copied. */
import { utf8 } from '../../codec/index.ts'
import type { CopyValue } from '../copy-rows.ts'

/** Kinds of columns; with `?` a value may be absent. Text is compared by its bytes. */
export type ColumnKind = 'bytes' | 'text' | 'integer' | 'bigint' | 'bytes?' | 'text?' | 'integer?' | 'bigint?'
export type Columns = Readonly<Record<string, ColumnKind>>

type ValueOfKind<Kind extends ColumnKind> = Kind extends `${infer Present extends ColumnKind}?`
  ? ValueOfKind<Present> | undefined
  : Kind extends 'bytes'
    ? Uint8Array
    : Kind extends 'text'
      ? string
      : Kind extends 'integer'
        ? number
        : bigint

export type ValuesOf<Of extends Columns> = { readonly [Name in keyof Of]: ValueOfKind<Of[Name]> }

/** How rows are found: `btree` by order and equality, `hash` by equality alone in a third of the space. */
export type IndexMethod = 'btree' | 'hash'

/** A table as whoever writes its rows sees it. Each row has besides its columns a `place`, which is its key. */
export type TableDefinition<Of extends Columns = Columns> = {
  /** Unique within the database: the projection's name, an underscore, a word. */
  readonly name: string
  readonly columns: Of
  /** One index for each column that is listed; rows without a value are not in it. */
  readonly indexes: Readonly<Partial<Record<keyof Of & string, IndexMethod>>>
}

/** A row on its way to its table; `values` in the order of `columnNames`. */
export type ProjectedRow = { readonly table: string; readonly place: bigint; readonly values: readonly CopyValue[] }

export type ProjectionTables = {
  /** Lower-case letters and digits. */
  readonly name: string
  /** Another version, or another declaration, is built anew. */
  readonly version: number
  readonly tables: readonly TableDefinition[]
  /** SQL queries by the name of the view; a name begins like a table's. */
  readonly views: Readonly<Record<string, string>>
}

const types: Readonly<Record<string, string>> = { bytes: 'bytea', text: 'text', integer: 'integer', bigint: 'bigint' }

/** Makes the rows of a table. */
export function rowMaker<Of extends Columns>(
  table: TableDefinition<Of>,
): (place: bigint, values: ValuesOf<Of>) => ProjectedRow {
  const names = Object.keys(table.columns)
  return (place, values) => ({
    table: table.name,
    place,
    values: [place, ...names.map((name) => copied(values[name]))],
  })
}

function copied(value: Uint8Array | string | number | bigint | undefined): CopyValue {
  return typeof value === 'string' ? utf8(value) : (value ?? null)
}

/** Names of all columns, `place` first, in the order of a row's values. */
export function columnNames({ columns }: TableDefinition): readonly string[] {
  return ['place', ...Object.keys(columns)]
}

/** What `information_schema` must show of a table: name and type of each column, in order. */
export function columnTypes({ columns }: TableDefinition): readonly string[] {
  return ['place bigint', ...Object.entries(columns).map(([name, kind]) => `${name} ${typeOf(kind)}`)]
}

export function indexNames({ name, indexes }: TableDefinition): readonly string[] {
  return [`${name}_key`, ...Object.keys(indexes).map((column) => `${name}_${column}_index`)].sort()
}

/** All statements that make the tables and views. @throws TypeError for names that are no words of a projection */
export function definitionOf({ name, tables, views }: ProjectionTables): readonly string[] {
  if (!/^[a-z][a-z0-9]{0,19}$/.test(name)) throw new TypeError(`${name} can't be the name of a projection`)
  for (const [word, columns] of [...tables.map(wordsOf), ...Object.keys(views).map((view) => [view, []] as const)]) {
    if (!word.startsWith(`${name}_`) || ![word, ...columns].every((each) => /^[a-z][a-z0-9_]{0,30}$/.test(each))) {
      throw new TypeError(`${word} can't be a table or view of the projection ${name}`)
    }
  }
  return [
    ...tables.flatMap(tableStatements),
    ...Object.entries(views).map(([view, query]) => `create view ${view} as ${query}`),
  ]
}

function wordsOf({ name, columns }: TableDefinition): readonly [string, readonly string[]] {
  return [name, Object.keys(columns)]
}

function tableStatements({ name, columns, indexes }: TableDefinition): readonly string[] {
  const lines = Object.entries(columns).map(([column, kind]) => {
    const collation = typeOf(kind) === 'text' ? ' collate "C"' : ''
    return `${column} ${typeOf(kind)}${collation}${kind.endsWith('?') ? '' : ' not null'}`
  })
  return [
    `create table ${name} (place bigint constraint ${name}_key primary key, ${lines.join(', ')})`,
    ...Object.entries(indexes).map(([column, method]) => {
      const some = columns[column]?.endsWith('?') ? ` where ${column} is not null` : ''
      return `create index ${name}_${column}_index on ${name} using ${method} (${column})${some}`
    }),
  ]
}

function typeOf(kind: ColumnKind): string {
  return types[kind.replace('?', '')] ?? kind
}
