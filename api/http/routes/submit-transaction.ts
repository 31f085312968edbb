import { Type } from 'typebox'
import { chainError } from '../../../src/chain/index.ts'
import { codecError, maximumTransactionBytes, toHex } from '../../../src/codec/index.ts'
import { engineError } from '../../../src/engine/index.ts'
import { governanceError } from '../../../src/governance/index.ts'
import { done, transactionError, unchanged } from '../../../src/host/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { apiError } from '../../errors.ts'
import { blockRefusal, refusedStatus } from '../block-refusal.ts'
import { answerJson, defineRoute, json, Refusal } from '../route.ts'
import { HexDigest } from '../schemas.ts'
import { TransactionView, transactionView } from '../transaction-view.ts'

export const submitTransaction = defineRoute({
  method: 'POST',
  path: '/v1/transactions',
  operation: 'submitTransaction',
  group: 'ledger',
  summary: 'Submits a signed transaction and waits until this node has committed it.',
  query: Type.Object(
    {
      wait: Type.Optional(
        Type.Boolean({ default: true, description: '`false` answers 202 at once, which promises nothing.' }),
      ),
    },
    { additionalProperties: false },
  ),
  body: {
    type: 'application/cbor',
    description: 'COSE_Sign (RFC 9052 section 4.1) over the transaction. The same bytes again get the same answer.',
    maximum: maximumTransactionBytes,
  },
  answers: {
    200: json('Committed by this node. Items of a batch have verdicts of their own.', TransactionView),
    202: json('Handed to the engine; whether a block takes it is open.', Type.Object({ id: HexDigest })),
  },
  refusals: [
    ...[codecError, transactionError, governanceError].flatMap(({ rows }) => rows.map(({ number }) => number)),
    chainError.numberOf('over-quota'),
    engineError.numberOf('mempool-full'),
    engineError.numberOf('duplicate-transaction'),
    nodeError.numberOf('commit-timeout'),
    nodeError.numberOf('stopping'),
    apiError.numberOf('too-many-submissions'),
  ],
  answer: async ({ submissions }: Pick<LedgerNode, 'submissions'>, { query: { wait = true }, body }) => {
    if (!wait) {
      const id = toHex(await submissions.enqueue(body))
      return answerJson(202, { id })
    }
    const committed = await submissions.submit(body)
    const { code } = committed.result
    const view = transactionView(committed)
    if (code === done || code === unchanged) return answerJson(200, view)
    const { id, height, time } = view
    return new Refusal(blockRefusal(code), { status: refusedStatus, id, height: Number(height), time })
  },
})
