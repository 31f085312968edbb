import { Struct, utf8 } from '../../codec/index.ts'
import { emergencies } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { emergency } from '../parameters.ts'
import { endEmergency } from '../schedules.ts'
import { MemberId } from '../schemas.ts'
import { changeState, stateReads } from './set-member-state.ts'

const hour = 3_600_000n

/**
 * Suspends a member at once: fewer members can decide that than anything else, and it ends by itself unless the
 * authority decides otherwise.
 */
export const suspendMember = defineDecision({
  summary: 'Suspends a member in an emergency, for a limited time.',
  body: Struct({ member: MemberId }),
  decider: 'emergency',
  reads: ({ member }) => stateReads(member),
  decide: (amendment, { member }) => {
    changeState(amendment, member, 'suspended')
    const until = amendment.context.time + hour * BigInt(amendment.parameter(emergency).hours)
    amendment.put(emergencies, { member, until })
    amendment.afterwards((context) => context.schedule(until, endEmergency, utf8(member), { member }))
  },
})
