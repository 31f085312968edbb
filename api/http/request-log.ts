/** The log: one line of JSON for each request. Bodies, query strings and headers are never in it. */
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'

/** Where lines go, such as `process.stdout`. */
export type LogDestination = { readonly write: (line: string) => void }

export function loggerOptions(destination: LogDestination | undefined): NonNullable<FastifyServerOptions['logger']> {
  if (destination === undefined) return false
  return { level: 'info', base: null, stream: destination, timestamp: () => `,"time":"${new Date().toISOString()}"` }
}

/** `milliseconds` is the time from the first header to the last byte of the answer. */
export function logAnswer(request: FastifyRequest, reply: FastifyReply, milliseconds: number): void {
  const { id, method, ip, routeOptions } = request
  request.log.info(
    {
      request: id,
      method,
      // The pattern and not the path: what is asked for is nobody's business but the client's.
      route: routeOptions.url ?? 'unknown',
      client: ip,
      status: reply.statusCode,
      milliseconds: Math.round(milliseconds * 10) / 10,
    },
    'answered',
  )
}
