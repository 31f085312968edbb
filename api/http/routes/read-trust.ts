import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { answerOther, defineRoute, Octets } from '../route.ts'

export const trustType = 'application/vnd.commonroot.trust+cbor'

export const readTrust = defineRoute({
  method: 'GET',
  path: '/v1/trust',
  operation: 'readTrust',
  group: 'certificates',
  summary: 'A trust file that pins the newest signed header. Whoever takes it from a node trusts that node once.',
  answers: { 200: { description: 'The trust file.', content: { [trustType]: Octets } } },
  refusals: [nodeError.numberOf('proof-timeout')],
  answer: async (node: Pick<LedgerNode, 'trust'>) => answerOther(200, trustType, await node.trust()),
})
