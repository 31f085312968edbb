import { Type } from 'typebox'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { readinessOf } from '../readiness.ts'
import { answerJson, defineRoute, json, Refusal } from '../route.ts'
import { Height } from '../schemas.ts'

export const reportReadiness = defineRoute({
  method: 'GET',
  path: '/ready',
  operation: 'reportReadiness',
  group: 'operation',
  summary: 'Whether the node can serve: the store answers, the engine runs, and the newest block is recent.',
  answers: { 200: json('It can serve.', Type.Object({ ready: Type.Boolean(), height: Height })) },
  refusals: [nodeError.numberOf('not-ready')],
  answer: async (uses: { readonly node: Pick<LedgerNode, 'chain' | 'engine'>; readonly maximumHeadAge: number }) => {
    const readiness = await readinessOf(uses.node, uses.maximumHeadAge)
    if (!readiness.ready) return new Refusal(nodeError('not-ready'), { reason: readiness.reason })
    return answerJson(200, readiness)
  },
})
