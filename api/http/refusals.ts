/** From whatever was thrown to the one problem that is answered: nothing else of it leaves the node. */
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { CommonrootError } from '../../src/errors/index.ts'
import { storeError } from '../../src/store/index.ts'
import { apiError } from '../errors.ts'
import { maximumHeaderBytes, maximumUrlLength, retryAfter } from './limits.ts'
import { type Problem, problemOf, problemType } from './problem.ts'

/** Sends a problem, as bytes: its media type has no charset parameter, which Fastify would add to a text. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 429 || problem.status === 503) reply.header('retry-after', retryAfter)
  return reply
    .code(problem.status)
    .header('content-type', problemType)
    .send(Buffer.from(JSON.stringify(problem)))
}

/** Answers an error. What is the node's own failure goes into the log whole, and out as one code with an id. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error, request)
  if (refusal?.cause === error) request.log.warn({ request: request.id, err: error }, 'the store does not answer')
  if (refusal !== undefined) return sendProblem(reply, problemOf(refusal))
  request.log.error({ request: request.id, err: error }, 'a request failed')
  return sendProblem(reply, problemOf(apiError('internal'), { instance: `urn:uuid:${request.id}` }))
}

/** Answers what never became a request: the parser or the clock of the connection has given it up. */
export function brokenConnectionAnswer(receiveTimeout: number) {
  return (error: { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const problem = problemOf(connectionError(error.code, receiveTimeout))
    const body = Buffer.from(JSON.stringify(problem))
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      `content-type: ${problemType}`,
      `content-length: ${body.length}`,
      'connection: close',
    ]
    socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
  }
}

function connectionError(code: string | undefined, receiveTimeout: number): CommonrootError {
  if (code === 'HPE_HEADER_OVERFLOW') return apiError('headers-too-large', { limit: maximumHeaderBytes })
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return apiError('receive-timeout', { seconds: receiveTimeout / 1000 })
  return apiError('malformed-http')
}

function refusalOf(error: unknown, request: FastifyRequest): CommonrootError | undefined {
  // Errors of status 500 may name files and hosts: they are for whoever runs the node.
  if (error instanceof CommonrootError) return error.status === 500 ? undefined : withoutReason(error)
  return error instanceof Error ? frameworkRefusal(error, request) : undefined
}

/** What a database server says may name its files. The node's log has it. */
function withoutReason(error: CommonrootError): CommonrootError {
  const away = storeError('unavailable', { reason: 'the node waits for it' }, error)
  return error.code === away.code ? away : error
}

/** Fastify's own errors, by its codes: none of its texts is passed on, since they repeat what was sent. */
function frameworkRefusal(error: Partial<FastifyError>, request: FastifyRequest): CommonrootError | undefined {
  if (error.validation !== undefined) return invalid(error)
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return apiError('body-too-large', { limit: request.routeOptions.bodyLimit ?? 0 }, error)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return apiError('malformed-http', {}, error)
    case 'FST_ERR_BAD_URL':
      return apiError('invalid-request', { where: 'path', reason: 'its percent-encoding is not sound' }, error)
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return apiError('url-too-long', { limit: maximumUrlLength }, error)
    default:
      return undefined
  }
}

export function mediaTypeRefusal({ headers }: FastifyRequest, expected: string): CommonrootError {
  return apiError('media-type', { given: headers['content-type'] ?? 'without a media type', expected })
}

const parts: Readonly<Record<string, string>> = { params: 'path', querystring: 'query', headers: 'header' }

/** The first thing that the schema refuses; names come from the schema but for unknown ones, which are cut like all details. */
function invalid({ validation, validationContext }: Partial<FastifyError>): CommonrootError {
  const [first] = validation ?? []
  const part = parts[validationContext ?? ''] ?? validationContext ?? 'request'
  const field = first?.instancePath.slice(1) ?? ''
  const unknown: unknown = first?.params.additionalProperty
  const reason = typeof unknown === 'string' ? `unknown field ${unknown}` : (first?.message ?? 'it is not sound')
  return apiError('invalid-request', { where: field === '' ? part : `${part} ${field}`, reason })
}
