import { Type } from 'typebox'
import { catalogue } from '../../catalogue.ts'
import { apiError } from '../../errors.ts'
import { ProblemView, problemView } from '../problem-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'

export const readProblem = defineRoute({
  method: 'GET',
  path: '/v1/problems/:code',
  operation: 'readProblem',
  group: 'reference',
  summary: "One code: what the `type` of a problem leads to. A block's number does as well.",
  parameters: Type.Object(
    { code: Type.String({ pattern: '^([a-z]+(-[a-z]+)*\\.[a-z0-9]+(-[a-z0-9]+)*|[1-9][0-9]{0,9})$', maxLength: 100 }) },
    { additionalProperties: false },
  ),
  answers: { 200: json('The code.', ProblemView) },
  refusals: [apiError.numberOf('unknown-code')],
  answer: (_uses, { parameters: { code } }) => {
    const row = catalogue.get(Number(code)) ?? [...catalogue.values()].find((entry) => entry.code === code)
    if (row === undefined) throw apiError('unknown-code', { code })
    return answerJson(200, problemView(row))
  },
})
