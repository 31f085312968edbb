/** From whatever was thrown to the one problem that is answered: nothing else of it leaves the node. */
import { type FastifyError, type FastifyReply, type FastifyRequest, errorCodes } from 'fastify'
import { CommonrootError } from '../../src/errors/index.ts'
import { apiError } from '../errors.ts'
import { maximumUrlLength, receiveTimeout, retryAfter } from './limits.ts'
import { type Problem, problemOf, problemType } from './problem.ts'

/** Sends a problem, as bytes: RFC 9457 knows no charset parameter, which Fastify would add to text. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 429 || problem.status === 503) reply.header('retry-after', retryAfter)
  return reply.code(problem.status).header('content-type', problemType).send(Buffer.from(JSON.stringify(problem)))
}

/** Answers an error. What is the node's own failure goes into the log whole, and out as one code with an id. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = isFailure(error) ? undefined : refusalOf(error, request)
  if (known !== undefined) return sendProblem(reply, problemOf(known))
  request.log.error({ request: request.id, failure: describe(error) }, 'a request failed')
  return sendProblem(reply, problemOf(apiError('internal'), { instance: `urn:uuid:${request.id}` }))
}

/** Our own errors of status 500 may name files and hosts: they are for whoever runs the node. */
function isFailure(error: unknown): boolean {
  return error instanceof CommonrootError && (error.status === 500 || error.code.startsWith('postgres.'))
}

function refusalOf(error: unknown, request: FastifyRequest): CommonrootError | undefined {
  if (error instanceof CommonrootError) return error
  if (!(error instanceof Error)) return undefined
  // Fastify's own errors, by its codes; none of their texts is passed on.
  const { code, validation, validationContext } = error as Partial<FastifyError>
  if (validation !== undefined) return invalid(validationContext, validation)
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return apiError('body-too-large', { limit: request.routeOptions.bodyLimit ?? 0 })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return mediaType(request)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return apiError('malformed-http', {}, error)
    case 'FST_ERR_BAD_URL':
      return apiError('invalid-request', { where: 'the path', reason: 'its percent-encoding is not sound' }, error)
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return apiError('url-too-long', { limit: maximumUrlLength })
    default:
      return undefined
  }
}
