import { bytesField, concat, messageField, utf8, varintField } from '../codec/index.ts'
import { merkleRoot } from './merkle.ts'
import { encodeTimestamp } from './timestamp.ts'
import type { BlockId, Header } from './types.ts'

/** The block's hash: the Merkle root over the header's fields in their order, each wrapped as CometBFT wraps it. */
export function headerHash(header: Header): Uint8Array {
  return merkleRoot([
    concat(varintField(1, header.version.block), varintField(2, header.version.app)),
    wrapped(utf8(header.chainId)),
    varintField(1, header.height),
    encodeTimestamp(header.time),
    header.lastBlockId === undefined ? encodeNoBlockId() : encodeBlockId(header.lastBlockId),
    wrapped(header.lastCommitHash),
    wrapped(header.dataHash),
    wrapped(header.validatorsHash),
    wrapped(header.nextValidatorsHash),
    wrapped(header.consensusHash),
    wrapped(header.appHash),
    wrapped(header.lastResultsHash),
    wrapped(header.evidenceHash),
    wrapped(header.proposerAddress),
  ])
}

/** BlockID and CanonicalBlockID: both have the same fields. */
export function encodeBlockId(blockId: BlockId): Uint8Array {
  return concat(
    bytesField(1, blockId.hash),
    messageField(2, concat(varintField(1, blockId.partsTotal), bytesField(2, blockId.partsHash))),
  )
}

function encodeNoBlockId(): Uint8Array {
  return messageField(2, new Uint8Array(0))
}

/** google.protobuf.BytesValue or StringValue: a message of one field. */
function wrapped(bytes: Uint8Array): Uint8Array {
  return bytesField(1, bytes)
}
