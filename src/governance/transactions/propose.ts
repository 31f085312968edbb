import { Struct, Unsigned64, utf8 } from '../../codec/index.ts'
import { defineTransaction, recordAddress, type TransactionType } from '../../module/index.ts'
import { Amendment } from '../amendment.ts'
import { agenda, openProposals, proposals, tallies } from '../collections.ts'
import { amend, bindOperations, type Decisions, requirePossession } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { proposed } from '../events.ts'
import { maximumOpenProposals, maximumProposalBytes, maximumVotingTime, minimumVotingTime } from '../limits.ts'
import { expireProposal } from '../schedules.ts'
import { MemberId, ProposedOperations } from '../schemas.ts'
import { requireOwn } from '../signers.ts'

const only = new Uint8Array(0)

/**
 * Puts operations to the vote until block time `until`. What could not be done now is refused now, rather than after
 * everybody has voted. Any member may propose; whether it has a vote is another matter, and proposing is no vote.
 */
export function propose(decisions: Decisions): TransactionType {
  return defineTransaction({
    summary: 'Puts decisions to the vote of the members.',
    body: Struct({ member: MemberId, operations: ProposedOperations, until: Unsigned64 }),
    prepare: ({ operations }, { chain }) => {
      const size = operations.reduce((sum, { body }) => sum + body.length, 0)
      if (size > maximumProposalBytes) throw governanceError('too-much-proposed', { size, limit: maximumProposalBytes })
      const bound = bindOperations(decisions, operations)
      return { facts: bound, checks: bound.flatMap(({ checks }) => checks(chain)) }
    },
    allow: (context, { member }) => requireOwn(context, member),
    reads: ({ member, operations }) => [
      recordAddress(openProposals, utf8(member)),
      ...bindOperations(decisions, operations).flatMap(({ reads }) => reads),
    ],
    apply: (context, { member, operations, until }, { facts: bound = [], checks }) => {
      requirePossession(checks)
      const { height, time } = context
      if (until < time + minimumVotingTime || until > time + maximumVotingTime) {
        throw governanceError('voting-time', { until, time, least: minimumVotingTime, limit: maximumVotingTime })
      }
      const count = context.get(openProposals, utf8(member))?.count ?? 0
      if (count >= maximumOpenProposals) throw governanceError('too-many-proposals', { member, count })
      // Tried, and dropped.
      amend(new Amendment(context), bound)
      const { since, proposals: before } = context.get(agenda, only) ?? { since: height, proposals: 0n }
      const number = before + 1n
      const proposal = { number, proposer: member, operations, height, time, until }
      context.put(agenda, { since, proposals: number })
      context.put(openProposals, { member, count: count + 1 })
      context.put(proposals, proposal)
      context.put(tallies, { number, state: 'open', yes: [], no: [] })
      context.schedule(until, expireProposal, proposals.key(proposal), { number })
      context.emit(proposed, { number, member })
    },
  })
}
