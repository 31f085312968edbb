import { Type } from 'typebox'
import type { JsonValue } from '../../../src/codec/index.ts'
import { governanceError, inForceAt } from '../../../src/governance/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { differences, inForceView } from '../../governance/index.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { Height, HeightText } from '../schemas.ts'

const shownValue = (description: string) => Type.Optional(Type.Unsafe<JsonValue>({ description }))

export const compareInForce = defineRoute({
  method: 'GET',
  path: '/v1/governance/diff',
  operation: 'compareInForce',
  group: 'governance',
  summary: 'What differs between what was in force at two heights.',
  query: Type.Object(
    {
      from: Type.Unsafe<string>({ ...HeightText, description: 'The earlier height.' }),
      to: Type.Optional(
        Type.Unsafe<string>({ ...HeightText, description: 'The later height; the newest one by default.' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: json(
      'The differences, by subject.',
      Type.Object({
        from: Height,
        to: Height,
        changes: Type.Array(
          Type.Object({
            subject: Type.String({ description: 'Such as `member operator-north` or `parameter pki/device-profile`.' }),
            before: shownValue('As it was at `from`; absent when it was not there.'),
            after: shownValue('As it was at `to`; absent when it is gone.'),
          }),
        ),
      }),
    ),
  },
  refusals: [governanceError.numberOf('history-not-kept')],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>, { query }) => {
    const head = chain.head?.height ?? 0n
    const [from, to] = [BigInt(query.from), query.to === undefined ? head : BigInt(query.to)]
    const { modules } = await chain.program()
    const at = async (height: bigint) => inForceView(modules, await inForceAt(chain.store, height, head))
    return answerJson(200, { from, to, changes: differences(await at(from), await at(to)) })
  },
})
