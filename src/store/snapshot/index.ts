/**
 * Whole states in and out: reading one that lies a few blocks back while the node goes on, and filling an empty database
 * with one.
 *
 * May import: the rest of `src/store`. Start reading at `state-reader.ts`, then `bulk-load.ts`.
 */
export { BulkLoad, type LoadedTable } from './bulk-load.ts'
export { type ExecutedId, StateReader } from './state-reader.ts'
