import { Bytes, Name, Row, Unsigned64, uint64Bytes, utf8 } from '../codec/index.ts'
import { type Context, defineSchedule, recordAddress } from '../module/index.ts'
import { Amendment } from './amendment.ts'
import {
  emergencies,
  governanceName,
  members,
  openProposals,
  parameterKey,
  parameters,
  proposals,
  standings,
  tallies,
} from './collections.ts'
import { memberStateSet, parameterSet, proposalClosed } from './events.ts'
import { maximumParameterBytes, maximumStates } from './limits.ts'
import { settle } from './quorum.ts'
import { MemberId, type Proposal, type ProposalState, type Tally } from './schemas.ts'
import { stateOf } from './signers.ts'

/**
 * A parameter takes effect at its time; a later decision about the same parameter replaces an earlier one. What would
 * leave no quorum by then is dropped, as due work that is refused always is.
 */
export const applyParameter = defineSchedule({
  module: governanceName,
  name: 'apply-parameter',
  payload: Row({ module: Name, name: Name, value: Bytes({ maximum: maximumParameterBytes }) }),
  reads: (_key, { module, name }) => [recordAddress(parameters, parameterKey(module, name))],
  apply: (context, _key, { module, name, value }) => {
    const amendment = new Amendment(context)
    amendment.put(parameters, { module, name, value, height: context.height })
    settle(amendment)
    amendment.afterwards((written) => written.emit(parameterSet, { module, name }))
    amendment.write()
  },
})

/** The suspension by a quorum for emergencies ends, and nobody has decided that it stays. */
export const endEmergency = defineSchedule({
  module: governanceName,
  name: 'end-emergency',
  payload: Row({ member: MemberId }),
  reads: (_key, { member }) => {
    const key = utf8(member)
    return [recordAddress(emergencies, key), recordAddress(standings, key), recordAddress(members, key)]
  },
  apply: (context, _key, { member }) => {
    const { height, time } = context
    const amendment = new Amendment(context)
    amendment.remove(emergencies, utf8(member))
    const standing = amendment.get(standings, utf8(member))
    if (standing !== undefined && stateOf(standing) === 'suspended' && standing.states.length < maximumStates - 1) {
      amendment.put(standings, { ...standing, states: [...standing.states, { state: 'active', height, time }] })
      amendment.afterwards((written) => written.emit(memberStateSet, { member, state: 'active' }))
      settle(amendment)
    }
    amendment.write()
  },
})

/** The time for votes has passed. */
export const expireProposal = defineSchedule({
  module: governanceName,
  name: 'expire-proposal',
  payload: Row({ number: Unsigned64 }),
  reads: (key) => [recordAddress(proposals, key), recordAddress(tallies, key)],
  apply: (context, key) => {
    const [proposal, tally] = [context.get(proposals, key), context.get(tallies, key)]
    if (proposal !== undefined && tally?.state === 'open') closeProposal(context, proposal, tally, 'expired')
  },
})

/** Ends the vote: what was voted stays, the proposer has room for another proposal. */
export function closeProposal(
  context: Context,
  { number, proposer }: Proposal,
  tally: Tally,
  state: Exclude<ProposalState, 'open'>,
  code?: number,
): void {
  context.put(tallies, { ...tally, state, closed: context.height, ...(code === undefined ? {} : { code }) })
  context.cancel(expireProposal, uint64Bytes(number))
  const count = (context.get(openProposals, utf8(proposer))?.count ?? 0) - 1
  if (count > 0) context.put(openProposals, { member: proposer, count })
  else context.remove(openProposals, utf8(proposer))
  context.emit(proposalClosed, { number, state, ...(code === undefined ? {} : { code }) })
}
