import { Type } from 'typebox'
import { fromHex } from '../../../src/codec/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { HexDigest } from '../schemas.ts'
import { TransactionView, transactionView } from '../transaction-view.ts'

export const readTransaction = defineRoute({
  method: 'GET',
  path: '/v1/transactions/:id',
  operation: 'readTransaction',
  group: 'ledger',
  summary: 'What a block made of a transaction, whether it was done or refused.',
  parameters: Type.Object({ id: HexDigest }, { additionalProperties: false }),
  answers: { 200: json('The transaction is in a block.', TransactionView) },
  refusals: [nodeError.numberOf('unknown-transaction')],
  answer: async ({ submissions }: Pick<LedgerNode, 'submissions'>, { parameters: { id } }) => {
    const committed = await submissions.find(fromHex(id))
    if (committed === undefined) throw nodeError('unknown-transaction', { id })
    return answerJson(200, transactionView(committed))
  },
})
