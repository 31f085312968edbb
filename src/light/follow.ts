import { equalBytes } from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { type Checkpoint, refuseOffCheckpoint } from './checkpoint.ts'
import { lightError } from './errors.ts'
import { maximumClockDrift } from './limits.ts'
import { compareTimestamps, timestampToMilliseconds } from './timestamp.ts'
import { type TrustedHeader, trustedUntil } from './trusted-header.ts'
import type { Header, LightBlock, SignedHeader } from './types.ts'
import { checkAnnounced, totalPower } from './validator-set.ts'
import { checkCommit, checkVoteSignatures, exceeds, trustedPowerOf } from './verify-commit.ts'

export type FollowConditions = {
  /** Milliseconds since 1970, by the reader's clock. */
  readonly now: bigint
  /** Milliseconds that a header may lie ahead of that clock; `maximumClockDrift` unless given. */
  readonly clockDrift?: bigint
  /** No header of one of these heights is followed but the one that the checkpoint names. */
  readonly checkpoints?: readonly Checkpoint[]
  readonly verifier?: SignatureVerifier
}

/**
 * One step of a light client, by CometBFT's rules: from a trusted header to a newer one of the same chain. The trusted
 * header itself is accepted again and changes nothing.
 *
 * @throws light.conflicting-header, light.time-order and the codes of `checkVouched`
 */
export function followHeader<Trusted extends TrustedHeader>(
  trusted: Trusted,
  block: LightBlock,
  conditions: FollowConditions,
): Trusted {
  checkVouched(trusted, block, conditions)
  const { header, blockId } = block.signed
  if (header.height === trusted.height) {
    refuseConflict(trusted, block.signed)
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
    validators: block.validators,
    nextValidatorsHash: header.nextValidatorsHash,
    nextValidators: block.nextValidators,
  }
}

/**
 * That a header's votes count for who trusts another: the next header needs the validators that the trusted one announced;
 * any other needs votes of more than the trust threshold of the trusted power; both need more than two thirds of their own
 * set. Of the trusted height itself, two headers may pass: that is a conflict, which `followHeader` refuses.
 *
 * Source: CometBFT's light client specification, functions ValidAndVerified and VerifyToTarget
 * (`spec/light-client/verification`). Beyond it, every vote is checked, and a next set that is given has to be the one
 * that the header announces.
 *
 * @throws light.trust-expired, light.height-order, light.from-the-future, light.next-validators,
 *   light.next-validators-hash, light.not-enough-trusted-power, light.checkpoint and the codes of `verifySignedHeader`
 */
export function checkVouched(
  trusted: TrustedHeader,
  block: LightBlock,
  { now, clockDrift = maximumClockDrift, checkpoints = [], verifier = portableVoteVerifier }: FollowConditions,
): void {
  const { signed, validators } = block
  const { header, blockId } = signed
  refuseExpired(trusted, now)
  if (header.height < trusted.height) {
    throw lightError('height-order', { height: header.height, trusted: trusted.height })
  }
  refuseFuture(header, now, clockDrift)
  checkCommit(signed, validators, trusted.chain)
  refuseOffCheckpoint({ height: header.height, headerHash: blockId.hash }, checkpoints)
  if (header.height === trusted.height + 1n) refuseUnannounced(trusted, header)
  else refuseUntrusted(trusted, block)
  checkAnnounced(header, block.nextValidators)
  checkVoteSignatures(signed, validators, verifier)
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

function refuseUnannounced(trusted: TrustedHeader, header: Header): void {
  if (!equalBytes(header.validatorsHash, trusted.nextValidatorsHash)) {
    throw lightError('next-validators', { height: header.height })
  }
}

// A header is evidence only with sound votes of trusted validators, so this comes after both.
function refuseConflict(trusted: TrustedHeader, { header, blockId }: SignedHeader): void {
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
