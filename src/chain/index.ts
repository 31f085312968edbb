/**
 * The chain: what a genesis, a store and modules make together. Either engine drives it through the Application port.
 *
 * May import: everything of `src` but `src/node`. Start reading at `chain.ts`, then `genesis.ts`, then `state-view.ts`.
 */
export { withdraw } from './admission.ts'
export { decodeBlock, encodeBlock } from './archive.ts'
export { Chain, type ChainOptions, type CommittedBlock } from './chain.ts'
export { chainError } from './errors.ts'
export { chainIdOf, engineGenesis, Genesis, genesisDigest, genesisValidators } from './genesis.ts'
export { executeGenesis } from './genesis-block.ts'
export { type ChainProtocols, defineProtocols, type ProtocolVersion } from './protocols.ts'
export { isOutage, type Outage, Recovery } from './recovery.ts'
export { type RecordedBlock, replayBlocks } from './replay.ts'
export { StateView } from './state-view.ts'
