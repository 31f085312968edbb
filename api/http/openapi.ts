/** From a route's declaration to what Fastify checks by and what OpenAPI 3.1 describes: one object for both. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { storeError } from '../../src/store/index.ts'
import { errorRow } from '../catalogue.ts'
import { apiError } from '../errors.ts'
import { problemId, problemType } from './problem.ts'
import type { BoundRoute } from './route.ts'
import { programVersion } from './version.ts'

export const openapiOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Commonroot node',
      version: programVersion(),
      description:
        'A shared certificate ledger. Answers are what this node says; proofs and headers are what it can show. Every refusal is a problem (RFC 9457) whose `code` never changes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'ledger', description: 'The chain, its members, transactions and headers.' },
      { name: 'governance', description: 'What members have proposed and voted, and what is in force.' },
      { name: 'certificates', description: 'Certificates, their verdicts, and what to verify them with offline.' },
      { name: 'operation', description: 'For whoever runs the node.' },
      { name: 'reference', description: 'What codes mean.' },
    ],
  },
  refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `schema-${index}`) },
} satisfies FastifyDynamicSwaggerOptions

/** The schemas of a route. */
export function schemaOf(route: BoundRoute): FastifySchema {
  const { operation, group, summary, parameters, query, headers, body, answers } = route
  return {
    operationId: operation,
    tags: [group],
    summary,
    ...(parameters === undefined ? {} : { params: parameters }),
    querystring: query ?? noFields,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined
      ? {}
      : { body: { content: { [body.type]: { schema: { description: body.description } } } } }),
    response: { ...answersOf(answers), ...problemsOf(route) },
  }
}

const noFields = { type: 'object', properties: {}, additionalProperties: false }

function answersOf(answers: BoundRoute['answers']) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, content, headers }]) => [
      status,
      {
        description,
        ...(headers === undefined ? {} : { headers }),
        content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
      },
    ]),
  )
}

/** The problems of a route by status, each naming its codes; `default` stands for all others. */
function problemsOf({ refusals, body, answers, group }: BoundRoute) {
  const own = [
    ...(group === 'ledger' || group === 'governance' || group === 'certificates'
      ? [storeError.numberOf('unavailable')]
      : []),
    apiError.numberOf('invalid-request'),
    ...(body === undefined ? [] : [apiError.numberOf('media-type'), apiError.numberOf('body-too-large')]),
    apiError.numberOf('internal'),
  ]
  const rows = [...new Set([...refusals, ...own])].flatMap((number) => errorRow(number) ?? [])
  const byStatus = Map.groupBy(rows, ({ status }) => status)
  const described = [...byStatus].map(([status, members]) => [
    status,
    problemAnswer(members.map(({ code, message }) => `- \`${code}\`: ${message}`).join('\n')),
  ])
  const clash = described.find(([status]) => Object.hasOwn(answers, String(status)))
  if (clash !== undefined) throw new TypeError(`status ${String(clash[0])} is an answer and a problem`)
  return { ...Object.fromEntries(described), default: problemAnswer('Any other refusal.') }
}

function problemAnswer(description: string) {
  return { description, content: { [problemType]: { schema: { $ref: `${problemId}#` } } } }
}
