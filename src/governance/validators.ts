/**
 * The validators: what was decided about them, what the engine was told, and the steps from the one to the other.
 * An update that block H returns is in force for the block H + 2 (CometBFT, "ABCI 2.0: validator updates").
 */
import { toHex } from '../codec/index.ts'
import { ed25519Spki } from '../crypto/portable/index.ts'
import type { Validator } from '../light/types.ts'
import { validatorAddress } from '../light/validator-set.ts'
import type { Amendment } from './amendment.ts'
import { validatorSet } from './collections.ts'
import { minimumTotalPower } from './limits.ts'
import type { GovernedValidator, MemberState, ValidatorSet } from './schemas.ts'

const only = new Uint8Array(0)

type GovernedSet = ValidatorSet & { readonly engine: 'cometbft' }

/** Only under an engine that can change its validators do decisions about them mean anything. */
export function hasGovernedValidators(set: ValidatorSet | undefined): set is GovernedSet {
  return set?.engine === 'cometbft'
}

/** The power that a validator is to have in the engine. */
export function targetPower({ power, isHeld, isSuspended }: GovernedValidator): bigint {
  return isHeld || isSuspended ? 0n : power
}

/** The first 20 bytes of SHA-256 of the raw key. */
export function addressOf(key: Uint8Array): Uint8Array {
  return validatorAddress(ed25519Spki(key))
}

/** A member's validators have no power while it is suspended, and lose it with the member. */
export function holdValidators(amendment: Amendment, member: string, state: MemberState): void {
  const set = amendment.get(validatorSet, only)
  if (!hasGovernedValidators(set) || !set.validators.some((validator) => validator.member === member)) return
  const validators = set.validators.map((validator) => {
    if (validator.member !== member) return validator
    return { ...validator, isHeld: state !== 'active', power: state === 'removed' ? 0n : validator.power }
  })
  amendment.put(validatorSet, { ...set, validators })
}

/** Without those that have and will have no power. */
export function withoutGone(validators: readonly GovernedValidator[]): readonly GovernedValidator[] {
  return validators.filter(({ power, applied }) => power > 0n || applied > 0n)
}

/**
 * The next step towards what was decided. Less than a `divisor`th of the whole power changes, which a light client
 * follows; and those that voted on the last block keep more than two thirds, so that a new validator which does not run
 * yet, or never will, can't stop the chain: it grows as it votes.
 * @param voted hexadecimal addresses of the validators that signed the last commit
 * @returns the same list when nothing can be done in this block
 */
export function stepValidators(
  validators: readonly GovernedValidator[],
  voted: ReadonlySet<string>,
  divisor: number,
): readonly GovernedValidator[] {
  const isSettled = validators.every((validator) => validator.applied === targetPower(validator))
  // Nobody has voted on the genesis: what would be safe is not known yet.
  if (isSettled || voted.size === 0) return validators
  const rows = validators.map((validator) => ({
    validator,
    power: validator.applied,
    target: targetPower(validator),
    hasVoted: voted.has(toHex(addressOf(validator.key))),
  }))
  const total = () => rows.reduce((sum, { power }) => sum + power, 0n)
  const spare = () => rows.reduce((sum, { power, hasVoted }) => sum + (hasVoted ? power : -2n * power), 0n) - 1n
  let budget = largestChange(total(), BigInt(divisor))
  const move = (row: (typeof rows)[number], limit: bigint) => {
    const wanted = row.target > row.power ? row.target - row.power : row.power - row.target
    const step = least(wanted, budget, limit)
    if (step <= 0n) return
    row.power += row.target > row.power ? step : -step
    budget -= step
  }
  const grows = ({ power, target }: (typeof rows)[number]) => target > power
  // What only makes the quorum safer comes first, then what takes from its reserve.
  for (const row of rows) if (!grows(row) && !row.hasVoted) move(row, total() - minimumTotalPower)
  for (const row of rows) if (grows(row) && row.hasVoted) move(row, budget)
  for (const row of rows) if (grows(row) && !row.hasVoted) move(row, spare() / 2n)
  for (const row of rows) if (!grows(row) && row.hasVoted) move(row, least(spare(), total() - minimumTotalPower))
  return rows.map(({ validator, power }) =>
    power === validator.applied ? validator : { ...validator, applied: power },
  )
}

/** Less than a `divisor`th, but never nothing: of the smallest whole, one is a quarter. */
function largestChange(total: bigint, divisor: bigint): bigint {
  const below = (total + divisor - 1n) / divisor - 1n
  return below > 1n ? below : 1n
}

function least(first: bigint, ...others: readonly bigint[]): bigint {
  let smallest = first
  for (const each of others) if (each < smallest) smallest = each
  return smallest
}

/** What the engine has to be told of a change: the new power of each validator, 0 for one that leaves. */
export function validatorUpdates(before: ValidatorSet | undefined, after: ValidatorSet): readonly Validator[] {
  const powers = new Map<string, { readonly key: Uint8Array; readonly power: bigint }>()
  const applied = new Map<string, bigint>()
  for (const { key, applied: power } of before?.validators ?? []) {
    applied.set(toHex(key), power)
    powers.set(toHex(key), { key, power: 0n })
  }
  for (const { key, applied: power } of after.validators) powers.set(toHex(key), { key, power })
  return [...powers]
    .filter(([id, { power }]) => power !== (applied.get(id) ?? 0n))
    .map(([, { key, power }]) => ({ key: ed25519Spki(key), power }))
}
