/**
 * The Engine port: what a consensus engine asks of the chain, and what a node asks of an engine.
 * The shape is ABCI 2.0's, so that CometBFT and the embedded engine drive the same application.
 */
import type { CommonrootError } from '../errors/index.ts'
import type { SignedHeader, Timestamp, Validator } from '../light/types.ts'

/** Evidence that a validator broke the rules, as the engine reports it. */
export type Misbehaviour = {
  readonly kind: 'duplicate-vote' | 'light-client-attack'
  /** Address: the first 20 bytes of SHA-256 of the validator's raw public key. */
  readonly validator: Uint8Array
  readonly power: bigint
  readonly height: bigint
  readonly time: Timestamp
  readonly totalPower: bigint
}

export type BlockInput = {
  readonly height: bigint
  readonly hash: Uint8Array
  readonly time: Timestamp
  readonly transactions: readonly Uint8Array[]
  readonly proposer: Uint8Array
  readonly misbehaviour: readonly Misbehaviour[]
  readonly votedLast: readonly { readonly validator: Uint8Array; readonly signed: boolean }[]
}

/** `code` and `data` are hashed by the engine into LastResultsHash. 0 is done, 1 is unchanged, else an error number. */
export type TransactionOutput = { readonly code: number; readonly data: Uint8Array }

export type BlockOutput = {
  /** Root of the state after this block: it stands in the header of the next one. */
  readonly appHash: Uint8Array
  readonly results: readonly TransactionOutput[]
  readonly validatorUpdates: readonly Validator[]
  /** Set when the protocol version changes from the next block on. */
  readonly appVersion?: bigint
}

export type GenesisInput = {
  readonly chainId: string
  readonly time: Timestamp
  readonly validators: readonly Validator[]
  /** The application's part of the genesis, opaque to the engine. */
  readonly application: Uint8Array
  readonly initialHeight: bigint
}

export type Admission = { readonly accepted: true } | { readonly accepted: false; readonly refusal: CommonrootError }

/** A snapshot as a node offers it to others. `metadata` is the application's, `digest` what tells snapshots apart. */
export type SnapshotOffer = {
  readonly height: bigint
  readonly format: number
  readonly chunks: number
  readonly digest: Uint8Array
  readonly metadata: Uint8Array
}

/** `reject` is for this snapshot alone, `reject-sender` also for all others of those who offer it; `abort` ends the sync. */
export type OfferVerdict = 'accept' | 'abort' | 'reject' | 'reject-format' | 'reject-sender'

export type ChunkVerdict = {
  /** `retry` waits for this chunk again; `retry-snapshot` begins the same snapshot anew. */
  readonly verdict: 'accept' | 'abort' | 'retry' | 'retry-snapshot' | 'reject-snapshot'
  /** Chunks to be fetched anew. */
  readonly refetch?: readonly number[]
  /** Peers from which nothing more is to be taken. */
  readonly rejectSenders?: readonly string[]
}

/** Whole states in place of a history: for a node that joins late. */
export type Snapshots = {
  list(): Promise<readonly SnapshotOffer[]>
  /** Undefined when it is not there. */
  load(place: {
    readonly height: bigint
    readonly format: number
    readonly chunk: number
  }): Promise<Uint8Array | undefined>
  /** Peers say what `offer` is; `root` is the state's root in a header that the engine has verified. */
  offer(offer: SnapshotOffer, root: Uint8Array): Promise<OfferVerdict>
  /** Takes chunks in order; with the last one the state is there. */
  apply(chunk: number, bytes: Uint8Array, sender: string): Promise<ChunkVerdict>
}

/** What a block does depends on this alone. */
export type BlockWork = Pick<BlockInput, 'height' | 'time' | 'transactions' | 'misbehaviour' | 'votedLast'>

/**
 * What the chain gives to either engine. Calls come one at a time, except `admit` and `info`, and, while a block is being
 * committed, `prepareProposal` and `anticipate` for the one after it.
 */
export type Application = {
  /** Height 0n: nothing is stored yet. */
  info(): Promise<{ readonly height: bigint; readonly appHash: Uint8Array; readonly appVersion: bigint }>
  initChain(genesis: GenesisInput): Promise<{ readonly appHash: Uint8Array; readonly validators: readonly Validator[] }>
  /** Cheap checks of one transaction before it enters the mempool: envelope, chain, time, signatures. */
  admit(transaction: Uint8Array, from: 'api' | 'peer' | 'recheck'): Promise<Admission>
  /** Chooses from candidates what a proposed block holds, in order. */
  prepareProposal(input: {
    readonly height: bigint
    readonly time: Timestamp
    readonly candidates: readonly Uint8Array[]
    readonly maximumBytes: number
  }): Promise<readonly Uint8Array[]>
  /** False only for malformed, foreign, duplicate or over-limit transactions: what depends on state becomes a result. */
  processProposal(input: BlockInput): Promise<boolean>
  /** Executes a block; nothing durable. A second call for the same height replaces the first. */
  finalizeBlock(input: BlockInput): Promise<BlockOutput>
  /**
   * Begins to execute what will most likely be the block after the newest one, which is finalised, but perhaps not yet
   * committed. `finalizeBlock` of the same work takes what this has found; nothing else comes of it.
   */
  anticipate?(work: BlockWork): void
  /** Makes the finalised block durable: the only write. */
  commit(): Promise<{ readonly retainHeight: bigint }>
  /** Only CometBFT asks; absent in a node that neither offers nor takes any. */
  readonly snapshots?: Snapshots | undefined
  /** Block time in milliseconds from which on a block has due work. Only the solo engine asks; CometBFT's idle block finds it. */
  nextDue?(): bigint | undefined
}

/** What a node needs of an engine. */
export type Engine = {
  readonly name: 'solo' | 'cometbft'
  /** Resolves once the engine works on blocks. A failure after that goes to `onFailure`: the node must stop. */
  start(application: Application, onFailure: (error: unknown) => void): Promise<void>
  /** Hands an admitted transaction to the engine's mempool. */
  submit(transaction: Uint8Array): Promise<void>
  /** The header of a height with enough votes for more than two thirds. @throws engine.no-header */
  signedHeader(height: bigint): Promise<SignedHeader>
  validators(height: bigint): Promise<readonly Validator[]>
  status(): Promise<{
    readonly height: bigint
    readonly earliest: bigint
    readonly catchingUp: boolean
    readonly peers: number
    /** Voting power of this node's validator, 0n for an observer; absent when the engine has no other. */
    readonly power?: bigint
  }>
  stop(): Promise<void>
}
