import { equalBytes } from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { lightError } from './errors.ts'
import { maximumClockDrift } from './limits.ts'
import { compareTimestamps, timestampToMilliseconds } from './timestamp.ts'
import { type TrustedHeader, trustedUntil } from './trusted-header.ts'
import type { Header, LightBlock } from './types.ts'
import { checkValidatorSet, totalPower, validatorsHash } from './validator-set.ts'
import { checkCommit, checkVoteSignatures, exceeds, trustedPowerOf } from './verify-commit.ts'

export type FollowConditions = {
  /** Milliseconds since 1970, by the reader's clock. */
  readonly now: bigint
  /** Milliseconds that a header may lie ahead of that clock; `maximumClockDrift` unless given. */
  readonly clockDrift?: bigint
  readonly verifier?: SignatureVerifier
}

/**
 * One step of a light client, by CometBFT's rules: from a trusted header to a newer one of the same chain.
 * The next header needs the validators that the trusted one announced; any later one needs votes of more than the trust
 * threshold of the trusted power; both need more than two thirds of their own set. The trusted header itself is accepted
 * again and changes nothing.
 *
 * Source: CometBFT's light client specification, functions ValidAndVerified and VerifyToTarget
 * (`spec/light-client/verification`). Beyond it, every vote is checked, and a next set that is given has to be the one
 * that the header announces.
 *
 * @throws light.trust-expired, light.height-order, light.conflicting-header, light.time-order, light.from-the-future,
 *   light.next-validators, light.next-validators-hash, light.not-enough-trusted-power and the codes of
 *   `verifySignedHeader`
 */
export function followHeader<Trusted extends TrustedHeader>(
  trusted: Trusted,
  block: LightBlock,
  { now, clockDrift = maximumClockDrift, verifier = portableVoteVerifier }: FollowConditions,
): Trusted {
  const { signed, validators } = block
  const { header, blockId } = signed
  refuseExpired(trusted, now)
  if (header.height < trusted.height) {
    throw lightError('height-order', { height: header.height, trusted: trusted.height })
  }
  refuseFuture(header, now, clockDrift)
  checkCommit(signed, validators, trusted.chain)
  if (header.height === trusted.height + 1n) refuseUnannounced(trusted, header)
  else refuseUntrusted(trusted, block)
  checkNextValidators(block)
  checkVoteSignatures(signed, validators, verifier)
  if (header.height === trusted.height) {
    refuseConflict(trusted, block)
    return trusted
  }
  if (compareTimestamps(header.time, trusted.time) <= 0) {
    throw lightError('time-order', { height: header.height, trusted: trusted.height })
  }
  return {
    ...trusted,
    height: header.height,
    headerHash: blockId.hash,
    time: header.time,
    validators,
    nextValidatorsHash: header.nextValidatorsHash,
    nextValidators: block.nextValidators,
  }
}

/** @throws light.trust-expired */
export function refuseExpired(trusted: TrustedHeader, now: bigint): void {
  const until = trustedUntil(trusted)
  if (now >= until) throw lightError('trust-expired', { until, now })
}

/** @throws light.from-the-future */
export function refuseFuture(header: Header, now: bigint, clockDrift = maximumClockDrift): void {
  const time = timestampToMilliseconds(header.time)
  if (time >= now + clockDrift) throw lightError('from-the-future', { height: header.height, time, now })
}

/** That a next set, if one is given, is the one that the header announces. @throws light.next-validators-hash, light.validator-set */
export function checkNextValidators({ signed: { header }, nextValidators }: LightBlock): void {
  if (nextValidators === undefined) return
  checkValidatorSet(nextValidators)
  if (!equalBytes(header.nextValidatorsHash, validatorsHash(nextValidators))) {
    throw lightError('next-validators-hash', { height: header.height })
  }
}

function refuseUnannounced(trusted: TrustedHeader, header: Header): void {
  if (!equalBytes(header.validatorsHash, trusted.nextValidatorsHash)) {
    throw lightError('next-validators', { height: header.height })
  }
}

// A header is evidence only with sound votes of trusted validators, so this comes after both.
function refuseConflict(trusted: TrustedHeader, { signed: { header, blockId } }: LightBlock): void {
  if (!equalBytes(blockId.hash, trusted.headerHash)) {
    throw lightError('conflicting-header', { height: header.height, trusted: trusted.headerHash, seen: blockId.hash })
  }
}

function refuseUntrusted(trusted: TrustedHeader, { signed, validators }: LightBlock): void {
  const vouching = vouchingFor(trusted, signed.header.height)
  const power = trustedPowerOf(signed.votes, validators, vouching)
  const total = totalPower(vouching)
  if (!exceeds(power, total, trusted.threshold)) {
    throw lightError('not-enough-trusted-power', { height: signed.header.height, power, total })
  }
}

/** The trusted set whose votes decide about a header that is not the next one: the newest that is known. */
export function vouchingFor(
  { height, validators, nextValidators }: TrustedHeader,
  of: bigint,
): TrustedHeader['validators'] {
  return of > height ? (nextValidators ?? validators) : validators
}
