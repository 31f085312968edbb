import { equalBytes, type Fields } from '../../codec/index.ts'
import { absentTime, blockIdFlag } from '../commit-hash.ts'
import { lightError } from '../errors.ts'
import { maximumHeight, maximumRound, maximumValidators } from '../limits.ts'
import { compareTimestamps } from '../timestamp.ts'
import type { BlockId, CommitVote, Header, SignedHeader, Timestamp, Validator } from '../types.ts'
import { validatorAddress } from '../validator-set.ts'
import {
  addressLength,
  base64Of,
  blockIdOf,
  formatTime,
  hexOf,
  hexUpTo,
  renderBlockId,
  timeOf,
  toUpperHex,
} from './values.ts'

const signatureLength = 64

/** What stands in one validator's place. Who was absent has nothing of the rest. */
type Entry =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'nil' | 'commit'
      readonly address: Uint8Array
      readonly time: Timestamp
      readonly signature: Uint8Array
    }

export type Commit = {
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
  /** One for each validator of the height, in the set's order. */
  readonly entries: readonly Entry[]
}

/** A commit as CometBFT prints it. @throws what `commit` complains with */
export function commitOf(commit: Fields): Commit {
  commit.only('height', 'round', 'block_id', 'signatures')
  return {
    height: commit.integer('height', 1n, maximumHeight),
    round: commit.small('round', 0, maximumRound),
    blockId: blockIdOf(commit.record('block_id')),
    entries: commit.records('signatures', maximumValidators).map(entryOf),
  }
}

/**
 * Header and commit as one signed header: votes for the block only, under the index of their validator. Votes for nil are
 * no votes for the block, whatever their signatures are.
 * @throws light.block-hash
 */
export function signedBy(header: Header, { height, round, blockId, entries }: Commit): SignedHeader {
  if (height !== header.height) throw lightError('block-hash', { height: header.height })
  const votes = entries.flatMap((entry, validator): readonly CommitVote[] =>
    entry.kind === 'commit' ? [{ validator, time: entry.time, signature: entry.signature }] : [],
  )
  return { header, round, blockId, votes }
}

/** That each entry stands in the place of the validator whom it names. @throws light.vote-place */
export function refuseMisplaced({ height, entries }: Commit, validators: readonly Validator[]): void {
  if (entries.length !== validators.length) {
    throw lightError('vote-place', { height, index: Math.min(entries.length, validators.length) })
  }
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'absent' && !equalBytes(entry.address, validatorAddress(validators[index]!.key))) {
      throw lightError('vote-place', { height, index })
    }
  }
}

export function renderCommit({ header, round, blockId, votes }: SignedHeader, validators: readonly Validator[]) {
  const byValidator = new Map(votes.map((vote) => [vote.validator, vote]))
  return {
    height: header.height.toString(),
    round,
    block_id: renderBlockId(blockId),
    signatures: validators.map(({ key }, index) => {
      const vote = byValidator.get(index)
      return {
        block_id_flag: vote === undefined ? blockIdFlag.absent : blockIdFlag.commit,
        validator_address: vote === undefined ? '' : toUpperHex(validatorAddress(key)),
        timestamp: formatTime(vote?.time ?? absentTime),
        signature: vote === undefined ? null : vote.signature.toBase64(),
      }
    }),
  }
}

function entryOf(entry: Fields): Entry {
  entry.only('block_id_flag', 'validator_address', 'timestamp', 'signature')
  const flag = entry.small('block_id_flag', blockIdFlag.absent, blockIdFlag.nil)
  if (flag === blockIdFlag.absent) return absent(entry)
  return {
    kind: flag === blockIdFlag.commit ? 'commit' : 'nil',
    address: hexOf(entry, 'validator_address', addressLength),
    time: timeOf(entry, 'timestamp'),
    signature: base64Of(entry, 'signature', signatureLength),
  }
}

/** CometBFT refuses an absent vote that carries anything. */
function absent(entry: Fields): Entry {
  hexUpTo(entry, 'validator_address', 0)
  if (!entry.isNull('timestamp') && compareTimestamps(timeOf(entry, 'timestamp'), absentTime) !== 0) {
    throw entry.complain('timestamp', `null or ${formatTime(absentTime)}`)
  }
  if (!entry.isNull('signature') && entry.text('signature') !== '') throw entry.complain('signature', 'null')
  return { kind: 'absent' }
}
