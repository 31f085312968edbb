import { bytesField, concat, messageField, varintField } from '../codec/index.ts'
import { merkleRoot } from './merkle.ts'
import { encodeTimestamp, minimumTimestampSeconds } from './timestamp.ts'
import type { CommitVote, Timestamp, Validator } from './types.ts'
import { validatorAddress } from './validator-set.ts'

/** What a validator did at a height, as a commit has it. */
export const blockIdFlag = { absent: 1, commit: 2, nil: 3 } as const

/** Go's zero time, 0001-01-01T00:00:00Z: it stands in the place of an absent vote. */
export const absentTime: Timestamp = { seconds: minimumTimestampSeconds, nanos: 0 }

/**
 * `lastCommitHash` of the next header: the Merkle root over one CommitSig per validator of the committing height, in
 * the set's order. Validators without a vote count as absent; height, round and block id are not part of it.
 */
export function commitHash(votes: readonly CommitVote[], validators: readonly Validator[]): Uint8Array {
  const byValidator = new Map(votes.map((vote) => [vote.validator, vote]))
  return merkleRoot(
    validators.map(({ key }, index) => {
      const vote = byValidator.get(index)
      return concat(
        varintField(1, vote === undefined ? blockIdFlag.absent : blockIdFlag.commit),
        ...(vote === undefined ? [] : [bytesField(2, validatorAddress(key))]),
        messageField(3, encodeTimestamp(vote?.time ?? absentTime)),
        ...(vote === undefined ? [] : [bytesField(4, vote.signature)]),
      )
    }),
  )
}
