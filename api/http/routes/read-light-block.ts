import { Type } from 'typebox'
import { engineError } from '../../../src/engine/index.ts'
import { renderLightBlock } from '../../../src/light/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { LightBlockView } from '../light-block-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { HeightText } from '../schemas.ts'

export const readLightBlock = defineRoute({
  method: 'GET',
  path: '/v1/light-blocks/:height',
  operation: 'readLightBlock',
  group: 'ledger',
  summary: "The signed header of a block with its validators and the next ones, in CometBFT's JSON, for light clients.",
  parameters: Type.Object({ height: HeightText }, { additionalProperties: false }),
  answers: { 200: json('The light block.', LightBlockView) },
  refusals: [engineError.numberOf('no-header')],
  answer: async (node: Pick<LedgerNode, 'lightBlock'>, { parameters }) => {
    const height = BigInt(parameters.height)
    const block = await node.lightBlock(height)
    if (block === undefined) throw engineError('no-header', { height })
    return answerJson(200, renderLightBlock(block))
  },
})
