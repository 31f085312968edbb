import { encodeCbor, equalBytes, Optional, Struct, toHex, Unsigned64, utf8 } from '../../codec/index.ts'
import { ed25519Spki, isAcceptedKey } from '../../crypto/portable/index.ts'
import { maximumValidators } from '../../light/limits.ts'
import { recordAddress, type SignatureCheck } from '../../module/index.ts'
import type { Amendment } from '../amendment.ts'
import { knownValidators, members, standings, validatorSet } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { validatorDecided } from '../events.ts'
import { maximumPower } from '../limits.ts'
import { validatorPolicy } from '../parameters.ts'
import { type GovernedValidator, MemberId, ValidatorKey, type ValidatorSet } from '../schemas.ts'
import { stateOf } from '../signers.ts'
import { addressOf, hasGovernedValidators, targetPower, withoutGone } from '../validators.ts'
import { Possession } from './rotate-keys.ts'

const only = new Uint8Array(0)

/** What a new validator key signs. A key serves once, so that there is nothing to replay. */
export function validatorPossessionMessage(chain: string, member: string, key: Uint8Array): Uint8Array {
  return encodeCbor(['commonroot validator possession', chain, member, key])
}

/** Gives a validator of a member power: a new one, another power, or none. */
export const setValidator = defineDecision({
  summary: 'Gives a validator of a member power, or takes it away.',
  body: Struct({ member: MemberId, key: ValidatorKey, power: Unsigned64, possession: Optional(Possession) }),
  checks: ({ member, key, possession }, chain) =>
    possession === undefined ? [] : [validatorCheck(chain, member, key, possession)],
  reads: ({ member, key }) => [
    recordAddress(members, utf8(member)),
    recordAddress(standings, utf8(member)),
    recordAddress(knownValidators, addressOf(key)),
  ],
  decide: (amendment, { member, key, power, possession }) => {
    const set = governedSet(amendment)
    const present = set.validators.find((validator) => equalBytes(validator.key, key))
    if (present === undefined ? power === 0n : present.member !== member) {
      throw governanceError('unknown-validator', { member, key })
    }
    if (power > maximumPower) throw governanceError('power-out-of-range', { power, limit: maximumPower })
    if (power > 0n) requireActive(amendment, member)
    if (present === undefined) {
      if (possession === undefined) throw governanceError('possession-not-proven')
      registerKey(amendment, member, key)
    }
    const decided = { ...(present ?? newValidator(member, key)), power, isSuspended: false }
    putValidators(amendment, set, [...set.validators.filter((validator) => validator !== present), decided])
    if (power > (present === undefined ? 0n : targetPower(present))) requireShare(amendment, member)
    amendment.afterwards((context) => context.emit(validatorDecided, { member, key, power }))
  },
})

export function validatorCheck(chain: string, member: string, key: Uint8Array, signature: Uint8Array): SignatureCheck {
  return { key: ed25519Spki(key), message: validatorPossessionMessage(chain, member, key), signature }
}

/** @throws governance.validators-fixed */
export function governedSet(amendment: Amendment): ValidatorSet {
  const set = amendment.get(validatorSet, only)
  if (!hasGovernedValidators(set))
    throw governanceError('validators-fixed', { engine: set?.engine ?? 'none in particular' })
  return set
}

/** @throws governance.validator-key-used, governance.key-not-accepted */
export function registerKey(amendment: Amendment, member: string, key: Uint8Array): void {
  const address = addressOf(key)
  if (amendment.get(knownValidators, address) !== undefined) throw governanceError('validator-key-used', { key })
  if (!isAcceptedKey(ed25519Spki(key))) throw governanceError('key-not-accepted')
  amendment.put(knownValidators, { address, key, member, height: amendment.context.height })
}

export function newValidator(member: string, key: Uint8Array): GovernedValidator {
  return { key, member, power: 0n, applied: 0n, isHeld: false, isSuspended: false }
}

/** In the order of their keys, so that the order of decisions leaves no trace. @throws governance.too-many-validators */
export function putValidators(amendment: Amendment, set: ValidatorSet, all: readonly GovernedValidator[]): void {
  const validators = withoutGone(all).toSorted((a, b) => (toHex(a.key) < toHex(b.key) ? -1 : 1))
  if (validators.length > maximumValidators) {
    throw governanceError('too-many-validators', { count: validators.length - 1 })
  }
  amendment.put(validatorSet, { ...set, validators })
}

function requireActive(amendment: Amendment, member: string): void {
  const standing = amendment.get(standings, utf8(member))
  if (standing === undefined) throw governanceError('unknown-member', { member })
  const state = stateOf(standing)
  if (state !== 'active') throw governanceError('member-not-active', { member, state })
}

/** However many validators it has, a member has no more than its share; an equal one is never too much. */
function requireShare(amendment: Amendment, member: string): void {
  const powers = new Map<string | undefined, bigint>()
  for (const validator of governedSet(amendment).validators) {
    powers.set(validator.member, (powers.get(validator.member) ?? 0n) + targetPower(validator))
  }
  const total = [...powers.values()].reduce((sum, power) => sum + power, 0n)
  const holders = BigInt([...powers.values()].filter((power) => power > 0n).length)
  const power = powers.get(member) ?? 0n
  const percent = BigInt(amendment.parameter(validatorPolicy).memberPercent)
  if (power * 100n > total * percent && power * holders > total) {
    throw governanceError('share-too-large', { member, power, total })
  }
}
