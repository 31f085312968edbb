/**
 * The CometBFT engine: the application's end of the ABCI socket, and CometBFT 0.40 itself as a supervised process.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, `src/crypto`, `src/light`, the files beside this folder,
 * protobufjs and node.
 * Start reading at `cometbft-engine.ts`, then `abci-server.ts` and `abci-service.ts`; `configuration.ts` says how CometBFT
 * runs and why.
 */
export { CometbftEngine, type CometbftOptions } from './cometbft-engine.ts'
export { type NodeIdentity, prepareIdentity, signWithValidatorKey } from './home.ts'
export type { StateSyncSettings } from './state-sync.ts'
