import { Struct } from '../../codec/index.ts'
import { defineTransaction } from '../../module/index.ts'
import { Amendment } from '../amendment.ts'
import { settle } from '../quorum.ts'
import { MemberId } from '../schemas.ts'
import { requireOwn } from '../signers.ts'
import { changeState, dropEmergency, stateReads } from './set-member-state.ts'

/** A member leaves by itself, as long as the others can go on without it. */
export const leave = defineTransaction({
  summary: 'Leaves the ledger, for good.',
  body: Struct({ member: MemberId }),
  allow: (context, { member }) => requireOwn(context, member),
  reads: ({ member }) => stateReads(member),
  apply: (context, { member }) => {
    const amendment = new Amendment(context)
    changeState(amendment, member, 'removed')
    dropEmergency(amendment, member)
    settle(amendment)
    amendment.write()
  },
})
