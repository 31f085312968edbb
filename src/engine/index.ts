/**
 * Consensus engines: one port, two engines. `solo/` makes blocks in this process with one validator; `cometbft/` drives
 * CometBFT 0.40 for a consortium. Headers and votes of both have the same form, so that one light client verifies both.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, `src/crypto`, `src/light`, protobufjs and node. Start reading at
 * `port.ts`, then `solo/solo-engine.ts` and `cometbft/cometbft-engine.ts`. What a crash leaves behind: `docs/crashes.md`.
 */
export {
  type AnswerQuery,
  CometbftEngine,
  type CometbftOptions,
  cometbftModule,
  cometbftPath,
  cometbftVersion,
  complaintAbout,
  type NodeIdentity,
  nodeIdOf,
  parseAddress,
  prepareIdentity,
  type QueryAnswer,
  type SocketAddress,
  type StateQuery,
  type StateSyncSettings,
  signAsIdentity,
  signWithValidatorKey,
} from './cometbft/index.ts'
export { engineError } from './errors.ts'
export { checkGenesis } from './genesis.ts'
export { maximumBlockBytes, maximumGas, maximumMempoolBytes, maximumMempoolCount } from './limits.ts'
export type {
  Admission,
  Application,
  BlockInput,
  BlockOutput,
  ChunkVerdict,
  Engine,
  GenesisInput,
  Misbehaviour,
  OfferVerdict,
  SnapshotOffer,
  Snapshots,
  TransactionOutput,
} from './port.ts'
export {
  type Adoption,
  type Clock,
  type HeaderStore,
  type MempoolLimits,
  SoloEngine,
  type SoloKey,
  type SoloOptions,
  systemClock,
} from './solo/index.ts'
