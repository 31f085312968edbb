/** Validator sets: order, address, hash, and what makes a set sound. */
import {
  bytesField,
  compareBytes,
  concat,
  equalBytes,
  messageField,
  type PublicKey,
  varintField,
} from '../codec/index.ts'
import { ed25519Raw, sha256 } from '../crypto/portable/index.ts'
import { lightError } from './errors.ts'
import { maximumTotalPower, maximumValidators } from './limits.ts'
import { merkleRoot } from './merkle.ts'
import type { Header, Validator } from './types.ts'

const addressLength = 20

/** The first 20 bytes of SHA-256 of the raw key. @throws crypto.key-form for a key that is not Ed25519 */
export function validatorAddress(key: PublicKey): Uint8Array {
  return sha256(ed25519Raw(key)).slice(0, addressLength)
}

/** CometBFT's order: power falling, then address rising. An index into this order is what a vote names. */
export function orderValidators(validators: readonly Validator[]): readonly Validator[] {
  return validators
    .map((validator) => ({ validator, address: validatorAddress(validator.key) }))
    .sort((a, b) => comparePower(b.validator, a.validator) || compareBytes(a.address, b.address))
    .map(({ validator }) => validator)
}

/** `validatorsHash` of a header. The set must be in order. */
export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  return merkleRoot(
    validators.map(({ key, power }) => concat(messageField(1, bytesField(1, ed25519Raw(key))), varintField(2, power))),
  )
}

export function totalPower(validators: readonly Validator[]): bigint {
  return validators.reduce((sum, { power }) => sum + power, 0n)
}

/**
 * Refuses a set that no chain can have: empty, too large, out of order, with a repeated key or with odd powers.
 * @throws light.validator-set, crypto.key-form
 */
export function checkValidatorSet(validators: readonly Validator[]): void {
  if (validators.length === 0) throw lightError('validator-set', { reason: 'it is empty' })
  if (validators.length > maximumValidators) {
    throw lightError('validator-set', { reason: `it has more than ${maximumValidators} validators` })
  }
  if (validators.some(({ power }) => power <= 0n))
    throw lightError('validator-set', { reason: 'a power is not positive' })
  if (totalPower(validators) > maximumTotalPower)
    throw lightError('validator-set', { reason: 'its power is too large' })
  // Equal keys have equal addresses, so under equal powers they are neighbours; under unequal ones only a full look finds them.
  const keys = new Set(validators.map(({ key }) => ed25519Raw(key).join()))
  if (keys.size !== validators.length) throw lightError('validator-set', { reason: 'a key occurs twice' })
  const ordered = orderValidators(validators)
  if (ordered.some((validator, index) => validator !== validators[index])) {
    throw lightError('validator-set', { reason: 'it is not ordered by falling power, then rising address' })
  }
}

/** That a next set, if one is given, is sound and the one that a header announces. @throws light.next-validators-hash, light.validator-set */
export function checkAnnounced(
  { height, nextValidatorsHash }: Pick<Header, 'height' | 'nextValidatorsHash'>,
  nextValidators: readonly Validator[] | undefined,
): void {
  if (nextValidators === undefined) return
  checkValidatorSet(nextValidators)
  if (!equalBytes(nextValidatorsHash, validatorsHash(nextValidators)))
    throw lightError('next-validators-hash', { height })
}

function comparePower(a: Validator, b: Validator): number {
  return a.power < b.power ? -1 : a.power > b.power ? 1 : 0
}
