/**
 * The store: what a chain keeps, in Postgres. One block is one database transaction, durable when `write` resolves.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, the `postgres` driver, Node. Start reading at `port.ts`, then `postgres.ts`
 * (the store), `block-transaction.ts` (what a block writes), `head/` (what is known without asking), `view.ts` and `before-images.ts` (reads at a height).
 * `archive/` keeps old blocks in files; `snapshot/` reads and fills whole states; `tables.ts` is for whoever checks or copies a chain; `follower/` keeps search indexes; `embedded/` is the sandbox's server.
 */
export {
  type ArchiveDamage,
  type ArchivedBlock,
  type ArchiveEntry,
  type ArchiveFile,
  archiveName,
  archivesIn,
  backgroundPause,
  type Complaint,
  entryOf,
  examineChunk,
  examineFrame,
  type FileRange,
  isArchiveDamage,
  keptBlocks,
  keptBytes,
  lookInterval,
  minimumKeptBlocks,
  type PruneOptions,
  type PruneReport,
  pruneBlocks,
  removeArchive,
} from './archive/index.ts'
export { type ColumnValue, type CopiedTable, copiedTables } from './copied-tables.ts'
export { createDatabase, isEmbeddedServer } from './databases.ts'
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
export {
  allOf,
  type ColumnKind,
  type Columns,
  type Followed,
  FollowerStore,
  type FoundRows,
  followerError,
  followerSchemaOf,
  type IndexMethod,
  type ProjectedRow,
  type ProjectionState,
  type ProjectionTables,
  reportsDamage,
  rowMaker,
  Statement,
  type StatementValue,
  statement,
  type TableDefinition,
  type ValuesOf,
} from './follower/index.ts'
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
export { BulkLoad, type ExecutedId, type LoadedTable, StateReader } from './snapshot/index.ts'
export {
  type BlobPlace,
  type FoundBlock,
  storeFormat,
  type TableRow,
  Tables,
  type TransactionPlace,
} from './tables.ts'
