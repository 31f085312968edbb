/**
 * The database half of the follower: tables of projections in a schema of their own, their heights, and searches.
 *
 * May import: `src/errors`, `src/codec`, the rest of `src/store`, the `postgres` driver. Start reading at
 * `definition.ts` (what a table is), then `follower-store.ts`, then `statement.ts` (SQL with bound values).
 */
export {
  type ColumnKind,
  type Columns,
  columnNames,
  type IndexMethod,
  type ProjectedRow,
  type ProjectionTables,
  rowMaker,
  type TableDefinition,
  type ValuesOf,
} from './definition.ts'
export { followerError } from './errors.ts'
export {
  type Addition,
  type Followed,
  FollowerStore,
  type FoundRows,
  followerSchemaOf,
  type ProjectionState,
  reportsDamage,
} from './follower-store.ts'
export { allOf, Statement, type StatementValue, statement } from './statement.ts'
