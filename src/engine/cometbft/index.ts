/**
 * The CometBFT engine: the application's end of the ABCI socket, and CometBFT 0.40 itself as a supervised process.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, `src/crypto`, `src/light`, the files beside this folder,
 * protobufjs and node.
 * Start reading at `cometbft-engine.ts`, then `abci-server.ts` and `abci-service.ts`; `configuration.ts` says how CometBFT
 * runs and why.
 */
export { parseAddress, type SocketAddress } from './address.ts'
export { CometbftEngine, type CometbftOptions } from './cometbft-engine.ts'
export { type NodeIdentity, nodeIdOf, prepareIdentity, signAsIdentity, signWithValidatorKey } from './home.ts'
export { cometbftModule, cometbftPath, cometbftVersion, complaintAbout } from './program.ts'
export type { AnswerQuery, QueryAnswer, StateQuery } from './query.ts'
export type { StateSyncSettings } from './state-sync.ts'
