import { Struct, utf8 } from '../../codec/index.ts'
import { defineTransaction, recordAddress } from '../../module/index.ts'
import { standings } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { memberStateSet } from '../events.ts'
import { maximumStates } from '../limits.ts'
import { authority } from '../parameters.ts'
import { parameterInForce } from '../ports.ts'
import { MemberId, MemberState } from '../schemas.ts'
import { requireQuorum, stateOf } from '../signers.ts'

/** Suspends, restores or removes a member: one leaf, and every certificate it answers for is judged by it. */
export const setMemberState = defineTransaction({
  summary: 'Suspends, restores or removes a member.',
  body: Struct({ member: MemberId, state: MemberState }),
  allow: (context) => requireQuorum(context, parameterInForce(context, authority)),
  reads: ({ member }) => [recordAddress(standings, utf8(member))],
  apply: (context, { member, state }) => {
    const standing = context.get(standings, utf8(member))
    if (standing === undefined) throw governanceError('unknown-member', { member })
    const present = stateOf(standing)
    if (present === state) throw governanceError('state-unchanged', { member, state })
    if (present === 'removed') throw governanceError('state-final', { member })
    const count = standing.states.length
    if (count >= maximumStates - 1 && state !== 'removed') throw governanceError('too-many-states', { member, count })
    const entry = { state, height: context.height, time: context.time }
    context.put(standings, { ...standing, states: [...standing.states, entry] })
    context.emit(memberStateSet, { member, state })
  },
})
