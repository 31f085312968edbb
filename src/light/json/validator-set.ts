import { equalBytes, type Fields } from '../../codec/index.ts'
import { ed25519Raw, ed25519Spki } from '../../crypto/portable/index.ts'
import { maximumValidators } from '../limits.ts'
import type { Validator } from '../types.ts'
import { totalPower, validatorAddress } from '../validator-set.ts'
import { addressLength, base64Of, hexOf, toUpperHex } from './values.ts'

const keyLength = 32
const keyType = 'tendermint/PubKeyEd25519'
const maximumSigned64 = 2n ** 63n - 1n

/**
 * A validator set as CometBFT prints it, in the order given; whether it is sound is checked by who follows it. Who proposes
 * next is no part of a set's hash: it is read for its form and has no meaning here.
 * @throws what `set` complains with
 */
export function validatorSetOf(set: Fields): readonly Validator[] {
  set.only('validators', 'proposer', 'total_voting_power')
  const validators = set.records('validators', maximumValidators).map(validatorOf)
  if (set.has('proposer')) validatorOf(set.record('proposer'))
  if (
    set.has('total_voting_power') &&
    set.integer('total_voting_power', 0n, maximumSigned64) !== totalPower(validators)
  ) {
    throw set.complain('total_voting_power', 'the sum of all powers')
  }
  return validators
}

/** One validator; its address has to be its key's. */
export function validatorOf(validator: Fields): Validator {
  validator.only('address', 'pub_key', 'voting_power', 'proposer_priority')
  const publicKey = validator.record('pub_key')
  publicKey.only('type', 'value')
  if (publicKey.text('type') !== keyType) throw publicKey.complain('type', keyType)
  const key = ed25519Spki(base64Of(publicKey, 'value', keyLength))
  if (!equalBytes(hexOf(validator, 'address', addressLength), validatorAddress(key))) {
    throw validator.complain('address', "the key's address")
  }
  if (validator.has('proposer_priority')) validator.integer('proposer_priority', -maximumSigned64, maximumSigned64)
  return { key, power: validator.integer('voting_power', 0n, maximumSigned64) }
}

/** @param proposer the address of who made the block, whom Go's library wants to find in the set */
export function renderValidatorSet(validators: readonly Validator[], proposer?: Uint8Array) {
  const found = validators.find(({ key }) => proposer !== undefined && equalBytes(validatorAddress(key), proposer))
  return {
    validators: validators.map(renderValidator),
    proposer: found === undefined ? null : renderValidator(found),
  }
}

function renderValidator({ key, power }: Validator) {
  return {
    address: toUpperHex(validatorAddress(key)),
    pub_key: { type: keyType, value: ed25519Raw(key).toBase64() },
    voting_power: power.toString(),
    proposer_priority: '0',
  }
}
