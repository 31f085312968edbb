/** The server: Fastify around the routes, with limits on everything that a stranger can send. */
import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import type { Follower } from '../../src/follower/index.ts'
import type { LedgerNode, TransactionSigner } from '../../src/node/index.ts'
import { Carrier } from '../carrier/index.ts'
import { apiError } from '../errors.ts'
import * as limits from './limits.ts'
import { measureNode } from './node-metrics.ts'
import { openapiOptions } from './openapi.ts'
import { Paths } from './paths.ts'
import { Problem } from './problem.ts'
import { readingPage } from './reading-page.ts'
import { brokenConnectionAnswer, sendError } from './refusals.ts'
import { registerRoute } from './register-route.ts'
import { type LogDestination, logAnswer, loggerOptions } from './request-log.ts'
import { bindRoutes } from './routes/index.ts'
import { Slots } from './slots.ts'

export type ServerOptions = {
  readonly node: LedgerNode
  /** Nothing is logged without it. */
  readonly log?: LogDestination
  /** A `node` key of the member that runs this node; without it single certificates are not carried. */
  readonly carrier?: TransactionSigner
  /** Whoever starts it stops it, after this server; without it nothing can be searched. */
  readonly follower?: Follower
  /** Submissions that may be in progress at once. */
  readonly maximumSubmissions?: number
  /** Other requests that may be answered at once. */
  readonly maximumRequests?: number
  /** Single certificates that may be in progress at once. */
  readonly maximumCarried?: number
  /** Milliseconds of age at which the newest block makes the node not ready. */
  readonly maximumHeadAge?: number
  /** Milliseconds in which a request must have arrived whole. */
  readonly receiveTimeout?: number
}

export type HttpServer = {
  /** Begins to serve; port 0 takes a free one. Only this machine reaches the default host. @returns the URL, no slash at its end */
  listen(port: number, host?: string): Promise<string>
  /** The OpenAPI document. */
  openapi(): Promise<object>
  /** Takes no more requests and waits for those that run. Stop the node at the same time, so that submissions end. */
  close(): Promise<void>
}

/** Only this machine: a node is opened to a network by naming an address. */
const defaultHost = '127.0.0.1'

export function createServer(options: ServerOptions): HttpServer {
  const { node, log, follower, maximumHeadAge = limits.maximumHeadAge } = options
  const submissions = new Slots(options.maximumSubmissions ?? limits.maximumSubmissions, (limit) =>
    apiError('too-many-submissions', { limit }),
  )
  const requests = new Slots(options.maximumRequests ?? limits.maximumRequests, (limit) =>
    apiError('too-many-requests', { limit }),
  )
  const carrier = carrierOf(options)
  const metrics = measureNode(node, submissions, carrier, follower)
  const routes = bindRoutes({ node, registry: metrics.registry, submissions, carrier, follower, maximumHeadAge })
  const server = frame(log, options.receiveTimeout ?? limits.receiveTimeout)
  for (const type of new Set(routes.flatMap(({ body }) => body?.type ?? []))) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  }
  const paths = new Paths([...routes, { method: 'GET', path: '/openapi.json' }])

  server.addSchema(Problem)
  server.addHook('onRequest', async (request, reply) => {
    if (request.url.length > limits.maximumUrlLength) throw apiError('url-too-long', { limit: limits.maximumUrlLength })
    if (!request.is404) return
    const allowed = paths.methodsAt(pathOf(request))
    if (allowed.length === 0) throw apiError('unknown-path', { path: pathOf(request) })
    reply.header('allow', allowed.join(', '))
    throw apiError('method-not-allowed', { method: request.method, allowed: allowed.join(', ') })
  })
  server.addHook('onSend', async (request, reply, payload) => {
    reply.header('x-content-type-options', 'nosniff')
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store')
    return payload
  })
  server.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    const milliseconds = reply.elapsedTime
    const route = routeOptions.url ?? 'unknown'
    metrics.observeRequest({ method, route, status: reply.statusCode, seconds: milliseconds / 1000 })
    logAnswer(request, reply, milliseconds)
  })
  // Before the running requests are waited for: those that gather would wait for a batch that never goes.
  server.addHook('preClose', async () => carrier?.stop())
  server.addHook('onClose', async () => metrics.stop())
  server.setErrorHandler(sendError)

  server.register(swagger, openapiOptions)
  server.register(swaggerUi, readingPage)
  server.register(async (scope) => {
    for (const route of routes) registerRoute(scope, route, requests)
    scope.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger())
  })

  return {
    listen: (port, host = defaultHost) => server.listen({ port, host }),
    openapi: async () => {
      await server.ready()
      return server.swagger()
    },
    close: () => server.close(),
  }
}

function carrierOf({ node, carrier: signer, maximumCarried }: ServerOptions): Carrier | undefined {
  if (signer === undefined) return undefined
  return new Carrier({ node, signer, ...(maximumCarried === undefined ? {} : { maximumCarried }) })
}

function frame(log: LogDestination | undefined, receiveTimeout: number): FastifyInstance {
  const server = fastify({
    logger: loggerOptions(log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestTimeout: receiveTimeout,
    connectionTimeout: limits.idleTimeout,
    http: {
      maxHeaderSize: limits.maximumHeaderBytes,
      headersTimeout: receiveTimeout,
      connectionsCheckingInterval: Math.min(receiveTimeout, limits.timeoutCheckInterval),
    },
    routerOptions: { maxParamLength: limits.maximumParameterLength },
    return503OnClosing: false,
    frameworkErrors: sendError,
    clientErrorHandler: brokenConnectionAnswer(receiveTimeout),
    // Strict: a field that no schema has is refused and not dropped. Texts of a query become numbers and flags.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  })
  server.server.maxConnections = limits.maximumConnections
  server.removeAllContentTypeParsers()
  return server
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url
}
