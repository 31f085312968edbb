/**
 * The host: runs modules over the state, one block at a time, deterministically and without writing anything durable.
 *
 * May import: everything of `src` below it (`errors` to `state`, `module`). It knows no module by name but its own.
 * Start reading at `block.ts`, then `execute.ts` (savepoints), then `context.ts` (what a rule is given).
 */
export {
  asModule,
  type BlockHooks,
  type ExecutedBlock,
  executeBlock,
  type RecordChange,
  resolveSigners,
  type StateReader,
} from './block.ts'
export { dueWork, dueWorkFailed, kernelName, migrationWork, recentTransactions } from './collections.ts'
export { queueMigration, type Scan } from './due.ts'
export { hostError, transactionError } from './errors.ts'
export type { Executor } from './execute.ts'
export type { Fetch } from './overlay.ts'
export { type Owner, Owners, startsWith } from './owners.ts'
export { requirePlaceAndTime } from './place-and-time.ts'
export { type PreparedTransaction, Preparer } from './prepare.ts'
export { type Program, type Protocols, programOf } from './program.ts'
export {
  decodeEvents,
  decodeResult,
  decodeResults,
  done,
  encodeEvents,
  encodeResult,
  encodeResults,
  type StoredEvent,
  type TransactionResult,
  unchanged,
} from './result.ts'
export type { BlockFacts } from './scope.ts'
