import { Type } from 'typebox'
import { utf8 } from '../../../src/codec/index.ts'
import { MemberId, members } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { apiError } from '../../errors.ts'
import { MemberView, memberView } from '../member-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'

export const readMember = defineRoute({
  method: 'GET',
  path: '/v1/members/:id',
  operation: 'readMember',
  group: 'ledger',
  summary: 'One member, its state and its keys.',
  parameters: Type.Object({ id: MemberId }, { additionalProperties: false }),
  answers: { 200: json('The member.', MemberView) },
  refusals: [apiError.numberOf('unknown-member')],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { parameters: { id } }) => {
    const view = await chain.view('head')
    try {
      const member = await view.get(members, utf8(id))
      if (member === undefined) throw apiError('unknown-member', { member: id })
      return answerJson(200, await memberView(view, member))
    } finally {
      await view.close()
    }
  },
})
