/**
 * The follower: search indexes and views that are built from committed blocks and nothing else, behind the chain, with a
 * height of their own. Rules never read them; whatever happens to them, they are built again.
 *
 * May import: everything of `src` but `src/fsck` and `src/node`. Start reading at `projection.ts` (what a module
 * declares), then `followed-block.ts` (what it is given), then `follower.ts` (the run).
 */
export { type FollowedBlock, type FollowedEvent, heightOf } from './followed-block.ts'
export { type FollowedChain, Follower, type FollowerOptions } from './follower.ts'
export { defineProjection, defineTable, type Projection, type Table } from './projection.ts'
export type { FollowerFailure, FollowerStatus, ProjectionStatus } from './status.ts'
