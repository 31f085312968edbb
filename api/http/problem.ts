/** Problem details (RFC 9457): the one form of every refusal. */
import { type Static, Type } from 'typebox'
import type { CommonrootError, Detail, ErrorRow } from '../../src/errors/index.ts'
import { maximumDetail } from './limits.ts'

export const problemType = 'application/problem+json'

/** The name of the schema in the OpenAPI document. */
export const problemId = 'Problem'

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Where this code is explained: a path of this server.' }),
    title: Type.String({ description: 'The code in words.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    detail: Type.String({ description: 'What is wrong, for a person.' }),
    code: Type.String({ description: 'Stable, for programs.' }),
    number: Type.Integer({ description: 'The code as it stands in blocks.' }),
    details: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
        description: 'The values in `detail`, long ones cut. Bytes are hexadecimal, large integers decimal strings.',
      }),
    ),
    instance: Type.Optional(Type.String({ description: "The request, as the node's log has it." })),
    reason: Type.Optional(Type.String({ description: 'Why a node is not ready.' })),
    id: Type.Optional(Type.String({ description: 'The transaction that a block refused.' })),
    height: Type.Optional(Type.Integer({ description: 'The block that refused it.' })),
    time: Type.Optional(Type.String({ format: 'date-time', description: "That block's time." })),
  },
  { $id: problemId, description: 'Problem details (RFC 9457).' },
)
export type Problem = Static<typeof Problem>

/** The problem of an error, with further members. */
export function problemOf(error: CommonrootError, members: Partial<Problem> = {}): Problem {
  const details = Object.entries(error.details).map(([name, value]) => [name, shown(value)] as const)
  return {
    type: `/v1/problems/${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.message,
    code: error.code,
    number: error.number,
    ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
    ...members,
  }
}

/** `pki.unknown-certificate` is "Unknown certificate". */
export function titleOf(code: string): string {
  const words = code.slice(code.indexOf('.') + 1).replaceAll('-', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** A row's message where its details are not known: blocks keep numbers only. */
export function messageOf(row: ErrorRow): string {
  return row.message.replace(/\{\w+\}/g, '...')
}

/** Details may be a stranger's: they are cut, and bytes never go out as they came in. */
function shown(value: Detail): string | number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return cut(value.toString())
  if (typeof value === 'string') return cut(value)
  return cut(Buffer.from(value.subarray(0, maximumDetail)).toString('hex'))
}

function cut(text: string): string {
  return text.length > maximumDetail ? `${text.slice(0, maximumDetail)}...` : text
}
