/**
 * What a module declares to be searchable: tables, views over them, and a pure function from a committed block to rows.
 * Rows are only added, never changed: what came of them is what a view or a query makes of all rows together. So a block
 * gives the same rows whenever it is read, and reading all blocks again gives the same tables.
 */
import {
  type Columns,
  type ProjectedRow,
  type ProjectionTables,
  rowMaker,
  type TableDefinition,
  type ValuesOf,
} from '../store/index.ts'
import type { FollowedBlock } from './followed-block.ts'

export type Projection = ProjectionTables & {
  /** What can be found, in a sentence. */
  readonly summary: string
  /**
   * The rows that a block adds: a function of the block alone, no clock, no state. Work is interrupted between two rows.
   * @throws codes of `codec` for a block that it can not read: the follower then waits there
   */
  readonly rows: (block: FollowedBlock) => Iterable<ProjectedRow>
}

export type Table<Of extends Columns> = TableDefinition<Of> & {
  /** @param place of the event that the row comes from; a table has one row for a place */
  readonly row: (place: bigint, values: ValuesOf<Of>) => ProjectedRow
}

/**
 * Declares a table: beside the columns it has `place bigint primary key`.
 * @param table its name begins with the projection's name and an underscore
 */
export function defineTable<const Of extends Columns>(table: TableDefinition<Of>): Table<Of> {
  return { ...table, row: rowMaker(table) }
}

export function defineProjection(projection: Projection): Projection {
  return projection
}
