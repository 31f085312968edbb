/** Evidence of the engine that a validator voted twice: it is kept, and the policy says what follows. */
import { equalBytes, utf8 } from '../codec/index.ts'
import type { Context, MisbehaviourEvidence } from '../module/index.ts'
import { Amendment, refusalOf } from './amendment.ts'
import { knownValidators, misbehaviours, standings, validatorSet } from './collections.ts'
import { misbehaviourRecorded } from './events.ts'
import { validatorPolicy } from './parameters.ts'
import { settle } from './quorum.ts'
import type { doubleSigningConsequences } from './schemas.ts'
import { stateOf } from './signers.ts'
import { changeState } from './transactions/set-member-state.ts'
import { hasGovernedValidators } from './validators.ts'

const only = new Uint8Array(0)

type Consequence = (typeof doubleSigningConsequences)[number]

/** What is less than each consequence: what would leave no quorum gives way to the next. */
const next: Readonly<Record<Consequence, Consequence | undefined>> = {
  'suspend-member': 'suspend-validator',
  'suspend-validator': 'record',
  record: undefined,
}

/** Late evidence finds the member too: a key that has served is known for ever. */
export function recordMisbehaviour(context: Context, { kind, validator: address, height }: MisbehaviourEvidence): void {
  const known = context.get(knownValidators, address)
  if (known === undefined) return
  const { key, member } = known
  const evidence = { address, kind, height, recorded: context.height, ...(member === undefined ? {} : { member }) }
  if (context.get(misbehaviours, misbehaviours.key({ ...evidence, consequence: 'record' })) !== undefined) return
  const wanted = new Amendment(context).parameter(validatorPolicy).doubleSigning
  for (let consequence: Consequence | undefined = wanted; consequence !== undefined; consequence = next[consequence]) {
    const amendment = new Amendment(context)
    if (!isPossible(amendment, consequence, key, member)) continue
    amendment.put(misbehaviours, { ...evidence, consequence })
    amendment.write()
    const body = { key, consequence, ...(member === undefined ? {} : { member }) }
    context.emit(misbehaviourRecorded, body)
    return
  }
}

function isPossible(amendment: Amendment, consequence: Consequence, key: Uint8Array, member?: string): boolean {
  if (consequence === 'record') return true
  const refusal = refusalOf(() => {
    if (consequence === 'suspend-validator') suspendValidator(amendment, key)
    else if (member !== undefined) suspend(amendment, member)
    settle(amendment)
  })
  return refusal === undefined
}

function suspend(amendment: Amendment, member: string): void {
  const standing = amendment.get(standings, utf8(member))
  if (standing !== undefined && stateOf(standing) === 'active') changeState(amendment, member, 'suspended')
}

function suspendValidator(amendment: Amendment, key: Uint8Array): void {
  const set = amendment.get(validatorSet, only)
  if (!hasGovernedValidators(set)) return
  const validators = set.validators.map((validator) =>
    equalBytes(validator.key, key) ? { ...validator, isSuspended: true } : validator,
  )
  amendment.put(validatorSet, { ...set, validators })
}
