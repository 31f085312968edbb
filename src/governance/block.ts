/** What governance does at the beginning of each block: a protocol that begins, a step of the validators. */
import { toHex } from '../codec/index.ts'
import { type Address, type Context, recordAddress } from '../module/index.ts'
import { Amendment } from './amendment.ts'
import { protocolState, validatorSet } from './collections.ts'
import { validatorApplied } from './events.ts'
import { validatorPolicy } from './parameters.ts'
import { hasGovernedValidators, stepValidators, withoutGone } from './validators.ts'

const only = new Uint8Array(0)

/** What `beginBlock` reads. */
export const beginBlockReads: readonly Address[] = [
  recordAddress(protocolState, only),
  recordAddress(validatorSet, only),
]

/**
 * @param votes who voted on the block before, as the engine says
 * @returns the protocol of before when another one begins with this block
 */
export function beginBlock(
  context: Context,
  votes: readonly { readonly validator: Uint8Array; readonly signed: boolean }[],
): number | undefined {
  const amendment = new Amendment(context)
  const previous = beginProtocol(amendment)
  stepTowardsDecided(amendment, votes)
  amendment.write()
  return previous
}

function beginProtocol(amendment: Amendment): number | undefined {
  const state = amendment.get(protocolState, only)
  if (state?.next === undefined || state.next.height > amendment.context.height) return undefined
  amendment.put(protocolState, { version: state.next.version })
  return state.version
}

function stepTowardsDecided(amendment: Amendment, votes: Parameters<typeof beginBlock>[1]): void {
  const set = amendment.get(validatorSet, only)
  if (!hasGovernedValidators(set)) return
  const voted = new Set(votes.filter(({ signed }) => signed).map(({ validator }) => toHex(validator)))
  const { changeDivisor } = amendment.parameter(validatorPolicy)
  const validators = stepValidators(set.validators, voted, changeDivisor)
  const moved = validators.filter((validator, index) => validator !== set.validators[index])
  if (moved.length === 0) return
  amendment.put(validatorSet, { ...set, validators: withoutGone(validators) })
  amendment.afterwards((context) => {
    for (const { key, applied: power } of moved) context.emit(validatorApplied, { key, power })
  })
}
