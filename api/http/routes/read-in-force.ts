import { Type } from 'typebox'
import { governanceError, inForceAt } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { InForceView, inForceView } from '../../governance/index.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { HeightText } from '../schemas.ts'

export const readInForce = defineRoute({
  method: 'GET',
  path: '/v1/governance/in-force',
  operation: 'readInForce',
  group: 'governance',
  summary: 'Members, roles, keys, parameters, validators and the protocol as they are, or were at a height.',
  query: Type.Object(
    {
      height: Type.Optional(
        Type.Unsafe<string>({ ...HeightText, description: 'After this block; the newest one by default.' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: { 200: json('What is in force.', InForceView) },
  refusals: [governanceError.numberOf('history-not-kept')],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { query: { height } }) => {
    const head = chain.head?.height ?? 0n
    const { modules } = await chain.program()
    const found = await inForceAt(chain.store, height === undefined ? head : BigInt(height), head)
    return answerJson(200, inForceView(modules, found))
  },
})
