/**
 * The store: what a chain keeps, in Postgres. One block is one database transaction, durable when `write` resolves.
 *
 * May import: `src/errors`, `src/codec`, the `postgres` driver, Node. Start reading at `port.ts`, then `postgres.ts`
 * (the store), `writer.ts` (a block's transaction) and `view.ts` (reads at a height). `embedded/` is the sandbox's server.
 */
export {
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  isAlive,
  type ProcessMark,
  postgresError,
  startEmbeddedPostgres,
  thisProcess,
} from './embedded/index.ts'
export { storeError } from './errors.ts'
export { inspectDatabase, type StoredChain } from './inspect.ts'
export { viewWindow } from './limits.ts'
export type { BlockWrite, Change, Head, ReadView, Store, StoredBlock, StoreTable } from './port.ts'
export { openStore } from './postgres.ts'
