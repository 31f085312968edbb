import { Type } from 'typebox'
import { proposalsBefore } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { ProposalView, proposalView } from '../governance-view.ts'
import { maximumProposals } from '../limits.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { Height, HeightText } from '../schemas.ts'

export const listProposals = defineRoute({
  method: 'GET',
  path: '/v1/governance/proposals',
  operation: 'listProposals',
  group: 'governance',
  summary: 'Proposals and how the members have voted, the newest first, page by page.',
  query: Type.Object(
    {
      before: Type.Optional(
        Type.Unsafe<string>({ ...HeightText, description: 'Only proposals with a number below this.' }),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maximumProposals, default: maximumProposals })),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: json(
      'A page of proposals.',
      Type.Object({
        proposals: Type.Array(ProposalView),
        next: Type.Optional(
          Type.Unsafe<bigint>({
            ...Height,
            description: 'What to pass as `before` for the next page; absent on the last.',
          }),
        ),
      }),
    ),
  },
  refusals: [],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { query: { before, limit = maximumProposals } }) => {
    const { modules } = await chain.program()
    const found = await proposalsBefore(chain.store, before === undefined ? undefined : BigInt(before), limit)
    const last = found.at(-1)?.proposal.number ?? 1n
    return answerJson(200, {
      proposals: found.map((each) => proposalView(modules, each)),
      ...(last > 1n ? { next: last } : {}),
    })
  },
})
