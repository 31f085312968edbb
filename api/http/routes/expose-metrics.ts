import { Type } from 'typebox'
import type { Registry } from '../metrics.ts'
import { answerOther, defineRoute } from '../route.ts'

export const exposeMetrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  operation: 'exposeMetrics',
  group: 'operation',
  summary: 'Measurements in the text format of Prometheus.',
  answers: { 200: { description: 'The measurements.', content: { 'text/plain; version=0.0.4': Type.String() } } },
  refusals: [],
  answer: (registry: Pick<Registry, 'text'>) => answerOther(200, 'text/plain; version=0.0.4', registry.text()),
})
