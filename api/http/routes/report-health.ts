import { Type } from 'typebox'
import { answerJson, defineRoute, json } from '../route.ts'

export const reportHealth = defineRoute({
  method: 'GET',
  path: '/health',
  operation: 'reportHealth',
  group: 'operation',
  summary: 'Whether the process lives. It says nothing of the chain: see /ready.',
  answers: { 200: json('It lives.', Type.Object({ alive: Type.Boolean() })) },
  refusals: [],
  answer: () => answerJson(200, { alive: true }),
})
