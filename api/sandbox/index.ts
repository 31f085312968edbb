/**
 * The sandbox: a whole ledger on one machine, with members, a production line and a gateway. For trying things and for
 * tests; its keys lie unencrypted in its data folder.
 *
 * May import: `src`, `pki`, `api/client`, `api/http`, `api/protocols.ts`, Node. Start reading at `sandbox.ts`, then
 * `ledger.ts` (how a node is put together), `production.ts` and `gateway.ts`.
 */
export type { Stage } from '../ledger/index.ts'
export { runSandbox, type SandboxOptions } from './sandbox.ts'
export { type StoredLedger, withRunningStore, withStoredLedger } from './stored-ledger.ts'
