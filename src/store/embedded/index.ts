/**
 * The sandbox's own Postgres: found in an npm package, run below a data folder, reached by a Unix socket only.
 *
 * May import: `src/errors`, Node. Start reading at `server.ts`, then `place.ts` and `claim.ts`.
 */
export { postgresError } from './errors.ts'
export { clusterName } from './limits.ts'
export { isAlive, type ProcessMark, thisProcess } from './process.ts'
export { findEmbeddedPostgres } from './running.ts'
export { discardEmbeddedPostgres, type EmbeddedPostgres, startEmbeddedPostgres } from './server.ts'
