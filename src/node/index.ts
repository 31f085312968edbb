/**
 * A node: chain, engine and store running together, and what callers ask of it. Not deterministic, unlike what it runs.
 *
 * May import: everything of `src`. Start reading at `node.ts`, then `submission.ts` (what "acknowledged" means),
 * then `transaction.ts` (how members make transactions).
 */
export { BackgroundPruning, type BackgroundPruningOptions } from './background-pruning.ts'
export { nodeError } from './errors.ts'
export { headerStoreOf } from './header-store.ts'
export { proveForIcs23 } from './ics23.ts'
export type { ReaderTrust } from './light-blocks.ts'
export { LedgerNode, type NodeOptions, type ProvableState } from './node.ts'
export { stateQueries } from './state-queries.ts'
export type { Committed } from './submission.ts'
export { makeOperation, signTransaction, type TransactionSigner } from './transaction.ts'
