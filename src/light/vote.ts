import { concat, fixed64Field, lengthDelimited, messageField, textField, varintField } from '../codec/index.ts'
import { encodeBlockId } from './header-hash.ts'
import { encodeTimestamp } from './timestamp.ts'
import type { BlockId, Timestamp } from './types.ts'

const precommitType = 2

/** What a validator signs to commit a block: CometBFT's CanonicalVote of type precommit, led by its length. */
export function voteSignBytes(
  chainId: string,
  height: bigint,
  round: number,
  blockId: BlockId,
  time: Timestamp,
): Uint8Array {
  return lengthDelimited(
    concat(
      varintField(1, precommitType),
      fixed64Field(2, height),
      fixed64Field(3, BigInt(round)),
      messageField(4, encodeBlockId(blockId)),
      messageField(5, encodeTimestamp(time)),
      textField(6, chainId),
    ),
  )
}
