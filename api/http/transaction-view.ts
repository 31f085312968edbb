/** An executed transaction as the API shows it: numbers of the block become codes and words here. */
import { type Static, Type } from 'typebox'
import { type DeepReadonly, toHex } from '../../src/codec/index.ts'
import { done, unchanged } from '../../src/host/index.ts'
import type { Committed } from '../../src/node/index.ts'
import { errorRow } from '../catalogue.ts'
import { messageOf } from './problem.ts'
import { Height, HexDigest, Instant, instant } from './schemas.ts'

const verdictFields = {
  number: Type.Integer({ description: '0 done, 1 unchanged, else the number of an error.' }),
  code: Type.String({ description: '`done`, `unchanged`, or the code of an error.' }),
  message: Type.String(),
}

export const TransactionView = Type.Object(
  {
    id: HexDigest,
    height: Height,
    time: Instant,
    ...verdictFields,
    operations: Type.Array(
      Type.Object({
        verdicts: Type.Optional(
          Type.Array(Type.Object(verdictFields), { description: 'One for each item of a batch, in their order.' }),
        ),
      }),
    ),
  },
  { description: 'What a block made of a transaction.' },
)
export type TransactionView = DeepReadonly<Static<typeof TransactionView>>

export function transactionView({ id, height, time, result }: Committed): TransactionView {
  return {
    id: toHex(id),
    height,
    time: instant(time),
    ...outcomeOf(result.code),
    operations: result.operations.map(({ verdicts }) =>
      verdicts === undefined ? {} : { verdicts: verdicts.map(outcomeOf) },
    ),
  }
}

/** A number of a block's results in words. Details are not on chain, so messages have none. */
function outcomeOf(number: number): { readonly number: number; readonly code: string; readonly message: string } {
  if (number === done) return { number, code: 'done', message: 'done' }
  if (number === unchanged) return { number, code: 'unchanged', message: 'nothing had to change' }
  const row = errorRow(number)
  if (row === undefined) return { number, code: 'unknown', message: 'a newer program knows this number' }
  return { number, code: row.code, message: messageOf(row) }
}
