import { Struct, utf8 } from '../../codec/index.ts'
import { recordAddress } from '../../module/index.ts'
import type { Amendment } from '../amendment.ts'
import { emergencies, members, standings } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { memberStateSet } from '../events.ts'
import { maximumStates } from '../limits.ts'
import { endEmergency } from '../schedules.ts'
import { MemberId, MemberState } from '../schemas.ts'
import { stateOf } from '../signers.ts'

/** Suspends, restores or removes a member: one leaf, and every certificate it answers for is judged by it. */
export const setMemberState = defineDecision({
  summary: 'Suspends, restores or removes a member.',
  body: Struct({ member: MemberId, state: MemberState }),
  reads: ({ member }) => stateReads(member),
  decide: (amendment, { member, state }) => {
    // What the authority decides replaces what a quorum for emergencies did: also if it says the same, but for good.
    const isConfirmed = state === 'suspended' && amendment.get(emergencies, utf8(member)) !== undefined
    if (!isConfirmed) changeState(amendment, member, state)
    dropEmergency(amendment, member)
  },
})

/** What `changeState` and `dropEmergency` read. */
export function stateReads(member: string) {
  const key = utf8(member)
  return [recordAddress(standings, key), recordAddress(members, key), recordAddress(emergencies, key)]
}

/** @throws governance.unknown-member, governance.state-unchanged, governance.state-final, governance.too-many-states */
export function changeState(amendment: Amendment, member: string, state: MemberState): void {
  const { height, time } = amendment.context
  const standing = amendment.get(standings, utf8(member))
  if (standing === undefined) throw governanceError('unknown-member', { member })
  const present = stateOf(standing)
  if (present === state) throw governanceError('state-unchanged', { member, state })
  if (present === 'removed') throw governanceError('state-final', { member })
  const count = standing.states.length
  if (count >= maximumStates - 1 && state !== 'removed') throw governanceError('too-many-states', { member, count })
  amendment.put(standings, { ...standing, states: [...standing.states, { state, height, time }] })
  amendment.afterwards((context) => context.emit(memberStateSet, { member, state }))
}

/** The suspension by a quorum for emergencies has ended, or is no longer one. */
export function dropEmergency(amendment: Amendment, member: string): void {
  if (amendment.get(emergencies, utf8(member)) === undefined) return
  amendment.remove(emergencies, utf8(member))
  amendment.afterwards((context) => context.cancel(endEmergency, utf8(member)))
}
