/**
 * A node put together, and what every program that runs one needs: a lock on its folder, a free port, a narrator. The
 * sandbox and the nodes of a network are made of it.
 *
 * May import: `src`, `api/client`, `api/http`, `api/protocols.ts`, `api/projections.ts`, Node. Start reading at
 * `ledger.ts`.
 */
export { cellOrder } from './cells.ts'
export { type LedgerParts, type RunningLedger, runLedger } from './ledger.ts'
export { type Lock, type Refusal, refuseRunning, takeLock } from './lock.ts'
export { Narrator, type Stage } from './narrator.ts'
export { freePorts, ownHost, portError, requireFreePort } from './port.ts'
export { type Staying, untilEnd } from './until-end.ts'
