/** A light block that somebody pins: what a reader trusts who has no trust file. */
import type { Fields } from '../../codec/index.ts'
import { equalBytes } from '../../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../../crypto/portable/index.ts'
import { lightError, trustError } from '../errors.ts'
import { headerHash } from '../header-hash.ts'
import { maximumLightBlockBytes, maximumTrustingPeriod } from '../limits.ts'
import { defaultThreshold, type TrustedHeader } from '../trusted-header.ts'
import type { LightBlock, SignedHeader, Validator } from '../types.ts'
import { checkAnnounced } from '../validator-set.ts'
import { type Fraction, verifySignedHeader } from '../verify-commit.ts'
import { refuseMisplaced, signedBy } from './commit.ts'
import { fieldsOf, signedHeaderParts } from './light-block.ts'
import { parseJson } from './parse-json.ts'
import { validatorSetOf } from './validator-set.ts'
import { timeOf } from './values.ts'

const nanosecondsPerMillisecond = 1_000_000n
const maximumSigned64 = 2n ** 63n - 1n

/**
 * A light block in JSON as trust. It is checked as far as it can be: that its own set signed it, and that a next set is
 * the one that it announces. One of the two sets may be missing: who pins vouches for the header. `trusting_period` is
 * read, in nanoseconds; `now` and `provider`, which vectors have, mean nothing here.
 *
 * @param given.trustingPeriod in milliseconds, for a block that says none
 * @throws light.json, light.json-size, light.form, light.vote-place, light.next-validators-hash, trust.period and the
 *   codes of `verifySignedHeader`
 */
export function parsePinnedBlock(
  bytes: Uint8Array,
  given: { readonly trustingPeriod: bigint; readonly threshold?: Fraction },
  verifier: SignatureVerifier = portableVoteVerifier,
): TrustedHeader {
  const block = fieldsOf(parseJson(bytes, maximumLightBlockBytes), '$')
  block.only('signed_header', 'validator_set', 'next_validator_set', 'trusting_period', 'now', 'provider')
  if (block.has('now')) timeOf(block, 'now')
  const { signed, validators, nextValidators } = setsOf(block, verifier)
  const { header, blockId } = signed
  return {
    chain: header.chainId,
    height: header.height,
    headerHash: blockId.hash,
    time: header.time,
    validators,
    nextValidatorsHash: header.nextValidatorsHash,
    nextValidators,
    trustingPeriod: trustingPeriodOf(block, given.trustingPeriod),
    threshold: given.threshold ?? defaultThreshold,
  }
}

function setsOf(block: Fields, verifier: SignatureVerifier): LightBlock {
  const { header, commit } = signedHeaderParts(block.record('signed_header'))
  const signed = signedBy(header, commit)
  const set = (name: string): readonly Validator[] | undefined =>
    block.has(name) ? validatorSetOf(block.record(name)) : undefined
  const [own, next] = [set('validator_set'), set('next_validator_set')]
  if (own === undefined) return withNextSet(block, signed, next)
  refuseMisplaced(commit, own)
  verifySignedHeader(signed, own, header.chainId, verifier)
  const known = { signed, validators: own, ...(next === undefined ? {} : { nextValidators: next }) }
  checkAnnounced(header, next)
  return known
}

/** The next set stands in for the header's own: what it can vouch for are later headers. */
function withNextSet(block: Fields, signed: SignedHeader, next: readonly Validator[] | undefined): LightBlock {
  if (next === undefined) throw block.complain('validator_set', 'a validator set, here or as the next one')
  const { header, blockId } = signed
  if (!equalBytes(blockId.hash, headerHash(header))) throw lightError('block-hash', { height: header.height })
  checkAnnounced(header, next)
  return { signed, validators: next, nextValidators: next }
}

function trustingPeriodOf(block: Fields, otherwise: bigint): bigint {
  const period = block.has('trusting_period')
    ? block.integer('trusting_period', 0n, maximumSigned64) / nanosecondsPerMillisecond
    : otherwise
  if (period < 1n || period > maximumTrustingPeriod) throw trustError('period')
  return period
}
