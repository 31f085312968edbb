/** What an evidence file says of the header from which both sides of a fork follow. */
import type { Fields } from '../../codec/index.ts'
import { maximumHeight, maximumTrustingPeriod } from '../limits.ts'
import { defaultThreshold, type TrustedHeader } from '../trusted-header.ts'
import { checkAnnounced, checkValidatorSet } from '../validator-set.ts'
import { chainIdOf } from './header.ts'
import { renderValidatorSet, validatorSetOf } from './validator-set.ts'
import { digestLength, formatTime, hexOf, timeOf, toUpperHex } from './values.ts'

export function renderTrustedHeader(trusted: TrustedHeader) {
  const { nextValidators } = trusted
  return {
    chain_id: trusted.chain,
    height: trusted.height.toString(),
    time: formatTime(trusted.time),
    header_hash: toUpperHex(trusted.headerHash),
    next_validators_hash: toUpperHex(trusted.nextValidatorsHash),
    validator_set: renderValidatorSet(trusted.validators),
    next_validator_set: nextValidators === undefined ? null : renderValidatorSet(nextValidators),
  }
}

/** @throws light.validator-set, light.next-validators-hash, and what `trusted` complains with */
export function trustedHeaderOf(trusted: Fields): TrustedHeader {
  trusted.only(
    'chain_id',
    'height',
    'time',
    'header_hash',
    'next_validators_hash',
    'validator_set',
    'next_validator_set',
  )
  const validators = validatorSetOf(trusted.record('validator_set'))
  const nextValidators = trusted.has('next_validator_set')
    ? validatorSetOf(trusted.record('next_validator_set'))
    : undefined
  const nextValidatorsHash = hexOf(trusted, 'next_validators_hash', digestLength)
  const height = trusted.integer('height', 1n, maximumHeight)
  checkValidatorSet(validators)
  checkAnnounced({ height, nextValidatorsHash }, nextValidators)
  return {
    chain: chainIdOf(trusted),
    height,
    headerHash: hexOf(trusted, 'header_hash', digestLength),
    time: timeOf(trusted, 'time'),
    validators,
    nextValidatorsHash,
    nextValidators,
    trustingPeriod: maximumTrustingPeriod,
    threshold: defaultThreshold,
  }
}
