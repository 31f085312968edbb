import { Type } from 'typebox'
import { catalogue } from '../../catalogue.ts'
import { ProblemView, problemView } from '../problem-view.ts'
import { answerJson, defineRoute, json } from '../route.ts'

export const listProblems = defineRoute({
  method: 'GET',
  path: '/v1/problems',
  operation: 'listProblems',
  group: 'reference',
  summary: 'Every code that a refusal or a block can carry, and what to do about it.',
  answers: { 200: json('The catalogue.', Type.Object({ problems: Type.Array(ProblemView) })) },
  refusals: [],
  answer: () => answerJson(200, { problems: [...catalogue.values()].map(problemView) }),
})
