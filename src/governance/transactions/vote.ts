import { encodeAs, equalBytes, Struct, Unsigned64, uint64Bytes } from '../../codec/index.ts'
import { defineTransaction, recordAddress, type TransactionType } from '../../module/index.ts'
import { Amendment, refusalOf } from '../amendment.ts'
import { proposals, tallies, voteKey, votes } from '../collections.ts'
import { amend, type BoundDecision, bindOperations, type Decisions, deciderOf } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { voteCast } from '../events.ts'
import { maximumVotes } from '../limits.ts'
import { governingMembers, neededFor } from '../quorum.ts'
import { closeProposal } from '../schedules.ts'
import { Ballot, MemberId, ProposedOperations, type Tally } from '../schemas.ts'
import { requireOwn } from '../signers.ts'

/**
 * Casts a member's vote, once and for ever. It repeats what the proposal says, so that nobody signs a number for which a
 * node shows something else. The vote that reaches the threshold carries the proposal out, in this very transaction.
 */
export function vote(decisions: Decisions): TransactionType {
  return defineTransaction({
    summary: "Casts a member's vote on a proposal.",
    body: Struct({ proposal: Unsigned64, member: MemberId, vote: Ballot, operations: ProposedOperations }),
    prepare: ({ operations }) => ({ facts: bindOperations(decisions, operations), checks: [] }),
    allow: (context, { member }) => requireOwn(context, member),
    reads: ({ proposal, member, operations }) => [
      recordAddress(proposals, uint64Bytes(proposal)),
      recordAddress(tallies, uint64Bytes(proposal)),
      recordAddress(votes, voteKey(proposal, member)),
      ...bindOperations(decisions, operations).flatMap(({ reads }) => reads),
    ],
    apply: (context, { proposal: number, member, vote: ballot, operations }, { facts: bound = [] }) => {
      const { height, time } = context
      const proposal = context.get(proposals, uint64Bytes(number))
      const tally = context.get(tallies, uint64Bytes(number))
      if (proposal === undefined || tally === undefined) {
        throw governanceError('unknown-proposal', { proposal: number })
      }
      if (context.get(votes, voteKey(number, member)) !== undefined) {
        throw governanceError('voted-already', { proposal: number, member })
      }
      const state = tally.state === 'open' && proposal.until <= time ? 'expired' : tally.state
      if (state !== 'open') throw governanceError('proposal-closed', { proposal: number, state })
      const said = [proposal.operations, operations].map((each) => encodeAs(ProposedOperations, each))
      if (!equalBytes(said[0]!, said[1]!)) throw governanceError('other-content', { proposal: number })
      const amendment = new Amendment(context)
      const { roles, members: needed } = neededFor(amendment, deciderOf(bound))
      const governing = governingMembers(amendment, roles)
      if (!governing.has(member)) throw governanceError('no-vote', { member })
      const count = tally.yes.length + tally.no.length
      if (count >= maximumVotes) throw governanceError('too-many-votes', { proposal: number, count })
      const cast = { ...tally, [ballot]: [...tally[ballot], member] }
      context.put(votes, { proposal: number, member, vote: ballot, height, time })
      context.emit(voteCast, { number, member, vote: ballot })
      const outcome = outcomeOf(cast, governing, needed)
      if (outcome === 'open') context.put(tallies, cast)
      else if (outcome === 'rejected') closeProposal(context, proposal, cast, 'rejected')
      else carryOut(amendment, bound, (...end) => closeProposal(context, proposal, cast, ...end))
    },
  })
}

/** Votes count for members that govern now: who was suspended meanwhile does not, whatever it voted. */
function outcomeOf(
  { yes, no }: Tally,
  governing: ReadonlySet<string>,
  needed: number,
): 'reached' | 'rejected' | 'open' {
  if (yes.filter((member) => governing.has(member)).length >= needed) return 'reached'
  return governing.size - no.filter((member) => governing.has(member)).length < needed ? 'rejected' : 'open'
}

/** Much may have changed since it was proposed. What is refused now is refused as a whole, and the votes stay. */
function carryOut(
  amendment: Amendment,
  operations: readonly BoundDecision[],
  close: (state: 'executed' | 'failed', code?: number) => void,
): void {
  const refusal = refusalOf(() => amend(amendment, operations))
  if (refusal === undefined) {
    amendment.write()
    close('executed')
  } else {
    close('failed', refusal.number)
  }
}
