import { Type } from 'typebox'
import { engineError } from '../../../src/engine/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { HeaderView, headerView } from '../header-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { HeightText } from '../schemas.ts'

export const readHeader = defineRoute({
  method: 'GET',
  path: '/v1/headers/:height',
  operation: 'readHeader',
  group: 'ledger',
  summary: 'The signed header of a block, with votes of more than two thirds of the power.',
  parameters: Type.Object({ height: HeightText }, { additionalProperties: false }),
  answers: { 200: json('The header.', HeaderView) },
  refusals: [engineError.numberOf('no-header')],
  answer: async (node: Pick<LedgerNode, 'signedHeader'>, { parameters }) => {
    const height = BigInt(parameters.height)
    const signed = await node.signedHeader(height)
    if (signed === undefined) throw engineError('no-header', { height })
    return answerJson(200, headerView(signed))
  },
})
