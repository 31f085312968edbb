/**
 * The store: what a chain keeps, in Postgres. One block is one database transaction, durable when `write` resolves.
 *
 * May import: `src/errors`, `src/codec`, the `postgres` driver, Node. Start reading at `port.ts`, then `postgres.ts`
 * (the store), `block-transaction.ts` (what a block writes), `view.ts` and `before-images.ts` (reads at a height).
 * `tables.ts` is for whoever checks or copies a chain; `embedded/` is the sandbox's server.
 */
export {
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  findEmbeddedPostgres,
  isAlive,
  type ProcessMark,
  postgresError,
  startEmbeddedPostgres,
  thisProcess,
} from './embedded/index.ts'
export { storeError } from './errors.ts'
export { inspectDatabase, type StoredChain } from './inspect.ts'
export { viewWindow } from './limits.ts'
export type {
  BlockWrite,
  Change,
  DatabaseStore,
  Head,
  ReadView,
  Store,
  StoredBlock,
  StoreTable,
  TableStatistics,
} from './port.ts'
export { openStore } from './postgres.ts'
export {
  type BlobPlace,
  type ColumnValue,
  type CopiedTable,
  copiedTables,
  storeFormat,
  type TableRow,
  Tables,
  type TransactionPlace,
} from './tables.ts'
