import { equalBytes } from '../codec/index.ts'
import { ed25519Raw, portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { lightError } from './errors.ts'
import { headerHash } from './header-hash.ts'
import { blockProtocol } from './limits.ts'
import type { CommitVote, SignedHeader, Validator } from './types.ts'
import { checkValidatorSet, totalPower, validatorsHash } from './validator-set.ts'
import { voteSignBytes } from './vote.ts'

/** A part of a whole, as numerator and denominator. */
export type Fraction = readonly [numerator: bigint, denominator: bigint]

/** A header is committed by votes of strictly more than this part of the power. */
export const commitThreshold: Fraction = [2n, 3n]

/**
 * Checks that a header is committed: it is of this chain, `validators` are the set it names, and votes of strictly more
 * than two thirds of their power are for it. Every vote that is given is checked, also beyond two thirds.
 * Says nothing about whether `validators` deserve trust: that is `followHeader`.
 * @throws light.foreign-chain, light.header, light.validator-set, light.validators-hash, light.block-hash,
 *   light.vote-order, light.not-enough-power, light.vote-signature
 */
export function verifySignedHeader(
  signed: SignedHeader,
  validators: readonly Validator[],
  chainId: string,
  verifier: SignatureVerifier = portableVoteVerifier,
): void {
  checkCommit(signed, validators, chainId)
  checkVoteSignatures(signed, validators, verifier)
}

/** All that `verifySignedHeader` checks except signatures: cheap, so that a stranger's header costs little to refuse. */
export function checkCommit(signed: SignedHeader, validators: readonly Validator[], chainId: string): void {
  const { header, blockId, votes } = signed
  const { height } = header
  if (header.chainId !== chainId) throw lightError('foreign-chain', { chain: header.chainId, expected: chainId })
  if (header.version.block !== blockProtocol) {
    throw lightError('header', { reason: `its block protocol is not ${blockProtocol}` })
  }
  checkValidatorSet(validators)
  if (!equalBytes(header.validatorsHash, validatorsHash(validators))) throw lightError('validators-hash', { height })
  if (!equalBytes(blockId.hash, headerHash(header))) throw lightError('block-hash', { height })
  checkVoteOrder(signed, validators)
  const power = powerOf(votes, validators)
  const total = totalPower(validators)
  if (!exceeds(power, total, commitThreshold)) throw lightError('not-enough-power', { height, power, total })
}

/**
 * The signature of each vote, by the rule of ZIP-215, which is the chain's: a verifier that is injected must accept
 * exactly the same signatures. `checkCommit` comes first. @throws light.vote-signature
 */
export function checkVoteSignatures(
  signed: SignedHeader,
  validators: readonly Validator[],
  verifier: SignatureVerifier = portableVoteVerifier,
): void {
  const { header, round, blockId } = signed
  for (const { validator, time, signature } of signed.votes) {
    const message = voteSignBytes(header.chainId, header.height, round, blockId, time)
    if (!verifier.verify(validators[validator]!.key, message, signature)) {
      throw lightError('vote-signature', { height: header.height, validator })
    }
  }
}

/**
 * Takes away the votes that a proof need not carry: it keeps votes in order until they exceed two thirds of the power.
 * With `trusted`, it goes on until they also exceed the threshold of a trusted set, so that a reader who knows only that
 * set can skip to this header. Where the votes are too few, all stay.
 */
export function trimVotes(
  signed: SignedHeader,
  validators: readonly Validator[],
  trusted?: { readonly validators: readonly Validator[]; readonly threshold: Fraction },
): SignedHeader {
  const enough = (votes: readonly CommitVote[]): boolean =>
    exceeds(powerOf(votes, validators), totalPower(validators), commitThreshold) &&
    (trusted === undefined ||
      exceeds(trustedPowerOf(votes, validators, trusted.validators), totalPower(trusted.validators), trusted.threshold))
  for (let count = 1; count < signed.votes.length; count++) {
    const votes = signed.votes.slice(0, count)
    if (enough(votes)) return { ...signed, votes }
  }
  return signed
}

/** Refuses votes that go on after two thirds are exceeded, so that a proof has one form. @throws light.superfluous-vote */
export function refuseSuperfluousVotes(signed: SignedHeader, validators: readonly Validator[]): void {
  const withoutLast = powerOf(signed.votes.slice(0, -1), validators)
  if (exceeds(withoutLast, totalPower(validators), commitThreshold)) {
    throw lightError('superfluous-vote', { height: signed.header.height })
  }
}

/** Whether `power` is strictly more than a part of `total`. */
export function exceeds(power: bigint, total: bigint, [numerator, denominator]: Fraction): boolean {
  return power * denominator > total * numerator
}

/** The power in `trusted` of those who voted, who are found by their keys: both sets may differ in order and powers. */
export function trustedPowerOf(
  votes: readonly CommitVote[],
  validators: readonly Validator[],
  trusted: readonly Validator[],
): bigint {
  const powers = new Map(trusted.map(({ key, power }) => [ed25519Raw(key).join(), power]))
  return votes.reduce((sum, { validator }) => {
    const voter = validators[validator]
    return voter === undefined ? sum : sum + (powers.get(ed25519Raw(voter.key).join()) ?? 0n)
  }, 0n)
}

function powerOf(votes: readonly CommitVote[], validators: readonly Validator[]): bigint {
  return votes.reduce((sum, { validator }) => sum + (validators[validator]?.power ?? 0n), 0n)
}

function checkVoteOrder({ header, votes }: SignedHeader, validators: readonly Validator[]): void {
  let previous = -1
  for (const { validator } of votes) {
    if (!Number.isInteger(validator) || validator <= previous || validator >= validators.length) {
      throw lightError('vote-order', { height: header.height })
    }
    previous = validator
  }
}
