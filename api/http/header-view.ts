/** A signed header as the API shows it, with every field that is hashed or signed. */
import { type Static, Type } from 'typebox'
import { ChainId, type DeepReadonly, toHex } from '../../src/codec/index.ts'
import type { BlockId, SignedHeader } from '../../src/light/index.ts'
import { exactInstant, Height, Hexadecimal, HexDigest, Instant } from './schemas.ts'

const BlockIdView = Type.Object({ hash: HexDigest, partsTotal: Type.Integer(), partsHash: HexDigest })

export const HeaderView = Type.Object({
  height: Height,
  hash: Type.Unsafe<string>({ ...HexDigest, description: 'The hash of the header, which the votes are for.' }),
  header: Type.Object({
    version: Type.Object({ block: Height, app: Height }),
    chainId: ChainId,
    height: Height,
    time: Instant,
    lastBlockId: Type.Optional(BlockIdView),
    lastCommitHash: Hexadecimal,
    dataHash: Hexadecimal,
    validatorsHash: Hexadecimal,
    nextValidatorsHash: Hexadecimal,
    consensusHash: Hexadecimal,
    appHash: Type.Unsafe<string>({ ...Hexadecimal, description: 'The root of the state after the block before.' }),
    lastResultsHash: Hexadecimal,
    evidenceHash: Hexadecimal,
    proposerAddress: Hexadecimal,
  }),
  round: Type.Integer(),
  blockId: BlockIdView,
  votes: Type.Array(
    Type.Object({
      validator: Type.Integer({ description: 'The place in the validator set of this height.' }),
      time: Instant,
      signature: Hexadecimal,
    }),
  ),
})

export function headerView({ header, round, blockId, votes }: SignedHeader): DeepReadonly<Static<typeof HeaderView>> {
  const { lastBlockId } = header
  return {
    height: header.height,
    hash: toHex(blockId.hash),
    header: {
      version: header.version,
      chainId: header.chainId,
      height: header.height,
      time: exactInstant(header.time),
      ...(lastBlockId === undefined ? {} : { lastBlockId: blockIdView(lastBlockId) }),
      lastCommitHash: toHex(header.lastCommitHash),
      dataHash: toHex(header.dataHash),
      validatorsHash: toHex(header.validatorsHash),
      nextValidatorsHash: toHex(header.nextValidatorsHash),
      consensusHash: toHex(header.consensusHash),
      appHash: toHex(header.appHash),
      lastResultsHash: toHex(header.lastResultsHash),
      evidenceHash: toHex(header.evidenceHash),
      proposerAddress: toHex(header.proposerAddress),
    },
    round,
    blockId: blockIdView(blockId),
    votes: votes.map(({ validator, time, signature }) => ({
      validator,
      time: exactInstant(time),
      signature: toHex(signature),
    })),
  }
}

function blockIdView({ hash, partsTotal, partsHash }: BlockId) {
  return { hash: toHex(hash), partsTotal, partsHash: toHex(partsHash) }
}
