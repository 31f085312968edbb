/** Who governs, and the guard that no decision leaves a chain that can decide nothing any more. */
import { toHex, utf8 } from '../codec/index.ts'
import { type Amendment, isGuarded } from './amendment.ts'
import { governingRoles, members, standings, validatorSet } from './collections.ts'
import { governanceError } from './errors.ts'
import { maximumGoverning, minimumTotalPower } from './limits.ts'
import { authority, emergency } from './parameters.ts'
import type { Authority, Member, Standing } from './schemas.ts'
import { stateOf } from './signers.ts'
import { hasGovernedValidators, holdValidators, targetPower } from './validators.ts'

const only = new Uint8Array(0)

/** What a decision needs: the authority, or the smaller quorum for emergencies. */
export type Decider = 'authority' | 'emergency'

/** How many members must agree, and with which roles. An emergency never asks for more than the authority. */
export function neededFor(read: Pick<Amendment, 'parameter'>, decider: Decider): Authority {
  const all = read.parameter(authority)
  if (decider === 'authority') return all
  return { roles: all.roles, members: Math.min(all.members, read.parameter(emergency).members) }
}

/** The active members that can govern with one of the roles: each counts once, however many roles and keys it has. */
export function governingMembers(read: Pick<Amendment, 'get'>, roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => read.get(governingRoles, utf8(role))?.members ?? []))
}

/** The roles in which a member counts; none while it is not active, or without keys that govern. */
export function governedRoles(member: Member | undefined, standing: Standing | undefined): readonly string[] {
  if (member === undefined || standing === undefined || stateOf(standing) !== 'active') return []
  return member.keys.some(({ purpose }) => purpose === 'govern') ? [...new Set(member.roles)] : []
}

/**
 * Brings in step what follows from changed members, and refuses what would leave no quorum.
 * @throws governance.no-quorum-left, governance.one-member-alone, governance.too-many-governing
 */
export function settle(amendment: Amendment): void {
  if (!isGuarded(amendment.context)) return
  const changed = new Map(
    [...amendment.changed(members), ...amendment.changed(standings)].map((key) => [toHex(key), key] as const),
  )
  for (const key of changed.values()) settleMember(amendment, key)
  requireQuorumRemains(amendment)
}

function settleMember(amendment: Amendment, key: Uint8Array): void {
  const { context } = amendment
  const standing = amendment.get(standings, key)
  const before = governedRoles(context.get(members, key), context.get(standings, key))
  const after = governedRoles(amendment.get(members, key), standing)
  const id = new TextDecoder().decode(key)
  for (const role of before)
    if (!after.includes(role)) changeRole(amendment, role, (ids) => ids.filter((each) => each !== id))
  for (const role of after) if (!before.includes(role)) changeRole(amendment, role, (ids) => [...ids, id].sort())
  if (standing !== undefined) holdValidators(amendment, id, stateOf(standing))
}

function changeRole(amendment: Amendment, role: string, change: (ids: readonly string[]) => readonly string[]): void {
  const ids = change(amendment.get(governingRoles, utf8(role))?.members ?? [])
  if (ids.length > maximumGoverning) throw governanceError('too-many-governing', { count: ids.length - 1, role })
  if (ids.length === 0) amendment.remove(governingRoles, utf8(role))
  else amendment.put(governingRoles, { role, members: ids })
}

/** @throws governance.no-quorum-left, governance.one-member-alone */
export function requireQuorumRemains(amendment: Pick<Amendment, 'get' | 'parameter'>): void {
  const { roles, members: needed } = amendment.parameter(authority)
  const count = governingMembers(amendment, roles).size
  if (count < needed) throw governanceError('no-quorum-left', { what: 'the authority', count, needed })
  if (needed === 1 && count > 1) throw governanceError('one-member-alone', { count })
  const set = amendment.get(validatorSet, only)
  if (!hasGovernedValidators(set)) return
  const total = set.validators.reduce((sum, validator) => sum + targetPower(validator), 0n)
  if (total < minimumTotalPower) {
    throw governanceError('no-quorum-left', { what: 'the validators', count: total, needed: minimumTotalPower })
  }
}
