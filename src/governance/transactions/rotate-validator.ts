import { equalBytes, Struct } from '../../codec/index.ts'
import { defineTransaction, recordAddress } from '../../module/index.ts'
import { Amendment } from '../amendment.ts'
import { knownValidators } from '../collections.ts'
import { requirePossession } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { validatorRotated } from '../events.ts'
import { settle } from '../quorum.ts'
import { MemberId, ValidatorKey } from '../schemas.ts'
import { requireOwn } from '../signers.ts'
import { addressOf, targetPower } from '../validators.ts'
import { Possession } from './rotate-keys.ts'
import { governedSet, newValidator, putValidators, registerKey, validatorCheck } from './set-validator.ts'

/**
 * A member moves the power of one of its validators to a new key. The old one votes on until the new one has been seen
 * voting; one move at a time, so that nobody keeps the validators changing.
 */
export const rotateValidator = defineTransaction({
  summary: "Moves the power of a member's validator to a new key.",
  body: Struct({ member: MemberId, from: ValidatorKey, to: ValidatorKey, possession: Possession }),
  prepare: ({ member, to, possession }, { chain }) => ({
    facts: undefined,
    checks: [validatorCheck(chain, member, to, possession)],
  }),
  allow: (context, { member }) => requireOwn(context, member),
  reads: ({ to }) => [recordAddress(knownValidators, addressOf(to))],
  apply: (context, { member, from, to }, { checks }) => {
    requirePossession(checks)
    const amendment = new Amendment(context)
    const set = governedSet(amendment)
    const own = set.validators.filter((validator) => validator.member === member)
    const present = own.find((validator) => equalBytes(validator.key, from) && targetPower(validator) > 0n)
    if (present === undefined) throw governanceError('unknown-validator', { member, key: from })
    if (own.some((validator) => validator.applied !== targetPower(validator))) {
      throw governanceError('validator-unsettled', { member })
    }
    registerKey(amendment, member, to)
    const others = set.validators.filter((validator) => validator !== present)
    const moved = { ...newValidator(member, to), power: present.power }
    putValidators(amendment, set, [...others, { ...present, power: 0n }, moved])
    settle(amendment)
    amendment.afterwards((written) => written.emit(validatorRotated, { member, from, to }))
    amendment.write()
  },
})
