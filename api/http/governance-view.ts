/** Proposals and votes as the API shows them. */
import { type Static, Type } from 'typebox'
import { type DeepReadonly, Word } from '../../src/codec/index.ts'
import { Ballot, MemberId, type ProposalWithTally, proposalStates, type Vote } from '../../src/governance/index.ts'
import type { Module } from '../../src/module/index.ts'
import { errorRow } from '../catalogue.ts'
import { operationView, ShownOperation } from '../governance/index.ts'
import { Height, Instant, instant } from './schemas.ts'

const proposalFields = {
  number: Height,
  proposer: MemberId,
  state: Word(...proposalStates),
  operations: Type.Array(ShownOperation),
  height: Height,
  time: Instant,
  until: Type.Unsafe<string>({ ...Instant, description: 'Block time at which the vote ends.' }),
  yes: Type.Array(MemberId),
  no: Type.Array(MemberId),
  closed: Type.Optional(Type.Unsafe<bigint>({ ...Height, description: 'The block that ended it.' })),
  code: Type.Optional(Type.String({ description: 'Why it failed.' })),
}

export const ProposalView = Type.Object(proposalFields)
export type ProposalView = DeepReadonly<Static<typeof ProposalView>>

export const ProposalWithVotesView = Type.Object({
  ...proposalFields,
  votes: Type.Array(Type.Object({ member: MemberId, vote: Ballot, height: Height, time: Instant })),
})

export function proposalView(modules: readonly Module[], { proposal, tally }: ProposalWithTally): ProposalView {
  const { number, proposer, operations, height, time, until } = proposal
  const { state, yes, no, closed, code } = tally
  return {
    number,
    proposer,
    state,
    operations: operations.map((operation) => operationView(modules, operation)),
    height,
    time: instant(time),
    until: instant(until),
    yes,
    no,
    ...(closed === undefined ? {} : { closed }),
    ...(code === undefined ? {} : { code: errorRow(code)?.code ?? `number ${code}` }),
  }
}

export function voteView({ member, vote, height, time }: Vote) {
  return { member, vote, height, time: instant(time) }
}
