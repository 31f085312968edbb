import { Type } from 'typebox'
import { ChainId, toHex } from '../../../src/codec/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { provableHeight } from '../provable-height.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { Height, HexDigest, Instant, instant } from '../schemas.ts'

const ChainView = Type.Object({
  chain: ChainId,
  height: Height,
  time: Instant,
  protocol: Type.Integer(),
  root: HexDigest,
  engine: Type.String(),
  provableHeight: Height,
})

export const readChain = defineRoute({
  method: 'GET',
  path: '/v1/chain',
  operation: 'readChain',
  group: 'ledger',
  summary: 'The chain, its newest block, and the newest height that can be proven.',
  answers: { 200: json('The chain as this node has it.', ChainView) },
  refusals: [nodeError.numberOf('not-ready')],
  answer: async (node: Pick<LedgerNode, 'chain' | 'engine' | 'signedHeader'>) => {
    const { head, id } = node.chain
    if (head === undefined) throw nodeError('not-ready')
    const { protocol } = await node.chain.program(head.height)
    return answerJson(200, {
      chain: id,
      height: head.height,
      time: instant(head.time),
      protocol,
      root: toHex(head.root),
      engine: node.engine.name,
      provableHeight: await provableHeight(node),
    })
  },
})
