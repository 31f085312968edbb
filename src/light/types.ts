/** The shapes that a light client works on: CometBFT's header, commit and validator set, as values. */
import type { PublicKey } from '../codec/index.ts'

/** Seconds and nanoseconds since 1970-01-01T00:00:00Z (protobuf Timestamp). */
export type Timestamp = { readonly seconds: bigint; readonly nanos: number }

export type BlockId = { readonly hash: Uint8Array; readonly partsTotal: number; readonly partsHash: Uint8Array }

export type Header = {
  readonly version: { readonly block: bigint; readonly app: bigint }
  readonly chainId: string
  readonly height: bigint
  readonly time: Timestamp
  /** Undefined only in the first block. */
  readonly lastBlockId?: BlockId
  readonly lastCommitHash: Uint8Array
  readonly dataHash: Uint8Array
  readonly validatorsHash: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  readonly consensusHash: Uint8Array
  /** The state's root after the block before this one. */
  readonly appHash: Uint8Array
  readonly lastResultsHash: Uint8Array
  readonly evidenceHash: Uint8Array
  readonly proposerAddress: Uint8Array
}

/** One precommit for the block; `validator` is the index in the validator set of that height. */
export type CommitVote = { readonly validator: number; readonly time: Timestamp; readonly signature: Uint8Array }

/** A header with votes for it. Votes are in rising order of validator; nil and absent votes are left out. */
export type SignedHeader = {
  readonly header: Header
  readonly round: number
  readonly blockId: BlockId
  readonly votes: readonly CommitVote[]
}

/** Validators vote with Ed25519 keys. Sets are ordered by power (falling), then address (rising), as CometBFT does. */
export type Validator = { readonly key: PublicKey; readonly power: bigint }

/** A signed header with the set that it names, which is what a light client follows (CometBFT's light block). */
export type LightBlock = {
  readonly signed: SignedHeader
  readonly validators: readonly Validator[]
  /** The set that the header announces for the next height, where it is known. */
  readonly nextValidators?: readonly Validator[]
}
