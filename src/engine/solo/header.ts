/** The header of the next block, from what stands before it. */
import {
  type BlockId,
  blockProtocol,
  commitHash,
  consensusParametersHash,
  emptyHash,
  type Header,
  headerHash,
  merkleRoot,
  type SignedHeader,
  type Timestamp,
  type Validator,
  validatorAddress,
  validatorsHash,
} from '../../light/index.ts'
import { maximumBlockBytes, maximumGas } from '../limits.ts'
import type { GenesisInput } from '../port.ts'

/** What executing a block (or the genesis) left behind for the header after it. */
export type Outcome = {
  readonly resultsHash: Uint8Array
  readonly appHash: Uint8Array
  readonly appVersion: bigint
}

/** Where the next block goes. */
export type Position = {
  readonly height: bigint
  /** The time of the vote for the block before; the genesis time for the first. */
  readonly time: Timestamp
  readonly lastBlockId: BlockId | undefined
  readonly lastCommitHash: Uint8Array
  readonly outcome: Outcome
}

/** The one validator of a solo chain. */
export type SoloChain = { readonly chainId: string; readonly validator: Validator }

/** The only round there is: nobody disagrees. */
export const soloRound = 0

export function genesisPosition(genesis: GenesisInput, outcome: Outcome): Position {
  const { initialHeight: height, time } = genesis
  return { height, time, lastBlockId: undefined, lastCommitHash: emptyHash, outcome }
}

export function positionAfter(signed: SignedHeader, { validator }: SoloChain, outcome: Outcome): Position {
  const [vote] = signed.votes
  if (vote === undefined) throw new TypeError('a signed header has a vote')
  return {
    height: signed.header.height + 1n,
    time: vote.time,
    lastBlockId: signed.blockId,
    lastCommitHash: commitHash(signed.votes, [validator]),
    outcome,
  }
}

export function buildHeader({ chainId, validator }: SoloChain, position: Position, dataHash: Uint8Array): Header {
  const { height, time, lastBlockId, lastCommitHash, outcome } = position
  const setHash = validatorsHash([validator])
  return {
    version: { block: blockProtocol, app: outcome.appVersion },
    chainId,
    height,
    time,
    ...(lastBlockId === undefined ? {} : { lastBlockId }),
    lastCommitHash,
    dataHash,
    validatorsHash: setHash,
    nextValidatorsHash: setHash,
    consensusHash: consensusParametersHash(BigInt(maximumBlockBytes), maximumGas),
    appHash: outcome.appHash,
    lastResultsHash: outcome.resultsHash,
    evidenceHash: emptyHash,
    proposerAddress: validatorAddress(validator.key),
  }
}

/**
 * A block id names a header and a set of parts in which the block travels. Nothing travels here: the set has one part,
 * whose content is the header's hash, so `partsHash` is SHA-256(0x00 | header hash).
 */
export function blockIdOf(header: Header): BlockId {
  const hash = headerHash(header)
  return { hash, partsTotal: 1, partsHash: merkleRoot([hash]) }
}
