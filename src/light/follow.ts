import { equalBytes } from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { lightError } from './errors.ts'
import { maximumClockDrift } from './limits.ts'
import { compareTimestamps, timestampToMilliseconds } from './timestamp.ts'
import { type Trust, trustedUntil } from './trust.ts'
import type { Header, SignedHeader, Validator } from './types.ts'
import { totalPower } from './validator-set.ts'
import { checkCommit, checkVoteSignatures, exceeds, trustedPowerOf } from './verify-commit.ts'

/**
 * One step of a light client, by CometBFT's rules: from trusted state to a newer header of the same chain.
 * The next header needs the validators that the trusted one announced; any later one needs votes of more than the trust
 * threshold of the trusted power; both need more than two thirds of their own set. The trusted header itself is accepted
 * again and changes nothing.
 *
 * @param now milliseconds since 1970, by the reader's clock
 * @throws light.trust-expired, light.height-order, light.conflicting-header, light.time-order, light.from-the-future,
 *   light.next-validators, light.not-enough-trusted-power and the codes of `verifySignedHeader`
 */
export function followHeader(
  trust: Trust,
  signed: SignedHeader,
  validators: readonly Validator[],
  now: bigint,
  verifier: SignatureVerifier = portableVoteVerifier,
): Trust {
  const { header, blockId } = signed
  refuseExpired(trust, now)
  if (header.height < trust.height) {
    throw lightError('height-order', { height: header.height, trusted: trust.height })
  }
  refuseFuture(header, now)
  checkCommit(signed, validators, trust.chain)
  if (header.height === trust.height + 1n) refuseUnannounced(trust, header)
  else refuseUntrusted(trust, signed, validators)
  checkVoteSignatures(signed, validators, verifier)
  if (header.height === trust.height) {
    refuseConflict(trust, signed)
    return trust
  }
  if (compareTimestamps(header.time, trust.time) <= 0) {
    throw lightError('time-order', { height: header.height, trusted: trust.height })
  }
  return {
    ...trust,
    height: header.height,
    headerHash: blockId.hash,
    time: header.time,
    validators,
    nextValidatorsHash: header.nextValidatorsHash,
  }
}

/** @throws light.trust-expired */
export function refuseExpired(trust: Trust, now: bigint): void {
  const until = trustedUntil(trust)
  if (now >= until) throw lightError('trust-expired', { until, now })
}

/** @throws light.from-the-future */
export function refuseFuture(header: Header, now: bigint): void {
  const time = timestampToMilliseconds(header.time)
  if (time >= now + maximumClockDrift) throw lightError('from-the-future', { height: header.height, time, now })
}

function refuseUnannounced(trust: Trust, header: Header): void {
  if (!equalBytes(header.validatorsHash, trust.nextValidatorsHash)) {
    throw lightError('next-validators', { height: header.height })
  }
}

// A header is evidence only with sound votes of trusted validators, so this comes after both.
function refuseConflict(trust: Trust, { header, blockId }: SignedHeader): void {
  if (!equalBytes(blockId.hash, trust.headerHash)) {
    throw lightError('conflicting-header', { height: header.height, trusted: trust.headerHash, seen: blockId.hash })
  }
}

function refuseUntrusted(trust: Trust, { header, votes }: SignedHeader, validators: readonly Validator[]): void {
  const power = trustedPowerOf(votes, validators, trust.validators)
  const total = totalPower(trust.validators)
  if (!exceeds(power, total, trust.threshold)) {
    throw lightError('not-enough-trusted-power', { height: header.height, power, total })
  }
}
