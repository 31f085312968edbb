import { Type } from 'typebox'
import { concat, utf8 } from '../../../src/codec/index.ts'
import { MemberId, members } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { collectionPrefix } from '../../../src/state/index.ts'
import { maximumPage } from '../limits.ts'
import { MemberView, memberView } from '../member-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'

const prefix = collectionPrefix(members.module, members.name)

/** The first key behind all that begin with the prefix, whose last byte says that it is of a record. */
const end = concat(prefix.subarray(0, -1), Uint8Array.of(prefix.at(-1)! + 1))

export const listMembers = defineRoute({
  method: 'GET',
  path: '/v1/members',
  operation: 'listMembers',
  group: 'ledger',
  summary: 'Members in the order of their ids, page by page.',
  query: Type.Object(
    {
      after: Type.Optional(Type.Unsafe<string>({ ...MemberId, description: 'Only members behind this id.' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maximumPage, default: maximumPage })),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: json(
      'A page of members.',
      Type.Object({
        members: Type.Array(MemberView),
        next: Type.Optional(
          Type.Unsafe<string>({
            ...MemberId,
            description: 'What to pass as `after` for the next page; absent on the last.',
          }),
        ),
      }),
    ),
  },
  refusals: [],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { query: { after, limit = maximumPage } }) => {
    const from = after === undefined ? prefix : concat(prefix, utf8(after), Uint8Array.of(0))
    const rows = await chain.store.scan(from, end, limit + 1)
    const page = rows.slice(0, limit).map(({ value }) => members.decode(value))
    const view = await chain.view('head')
    try {
      const shown = await Promise.all(page.map((member) => memberView(view, member)))
      const last = page.at(-1)
      const next = rows.length > limit && last !== undefined ? { next: last.id } : {}
      return answerJson(200, { members: shown, ...next })
    } finally {
      await view.close()
    }
  },
})
