import { Type } from 'typebox'
import { governanceError, proposalWithVotes } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { ProposalWithVotesView, proposalView, voteView } from '../governance-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { HeightText } from '../schemas.ts'

export const readProposal = defineRoute({
  method: 'GET',
  path: '/v1/governance/proposals/:number',
  operation: 'readProposal',
  group: 'governance',
  summary: 'One proposal with every vote that was cast on it.',
  parameters: Type.Object(
    { number: Type.Unsafe<string>({ ...HeightText, description: 'The number of the proposal.' }) },
    { additionalProperties: false },
  ),
  answers: { 200: json('The proposal.', ProposalWithVotesView) },
  refusals: [governanceError.numberOf('unknown-proposal')],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { parameters: { number } }) => {
    const { modules } = await chain.program()
    const found = await proposalWithVotes(chain.store, BigInt(number))
    return answerJson(200, { ...proposalView(modules, found), votes: found.votes.map(voteView) })
  },
})
