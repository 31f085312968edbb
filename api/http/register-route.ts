/** From a route's declaration to a Fastify route. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { maximumConnections, refusalDelay } from './limits.ts'
import { schemaOf } from './openapi.ts'
import { problemOf } from './problem.ts'
import { mediaTypeRefusal, sendProblem } from './refusals.ts'
import { type Answer, type BoundRoute, Refusal } from './route.ts'
import type { Slot, Slots } from './slots.ts'

const livenessPath = '/health'

/** Routes without a body still have one byte of it refused by this. */
const noBody = 1

/** @param requests places of the routes that have none of their own */
export function registerRoute(server: FastifyInstance, route: BoundRoute, requests: Slots): void {
  const { method, path, body, slots = requests } = route
  // Whether the process lives must be seen under any load, else somebody ends it for being busy.
  const places = path === livenessPath ? undefined : new Places(slots)
  server.route({
    method,
    url: path,
    schema: schemaOf(route),
    bodyLimit: body?.maximum ?? noBody,
    onRequest: async (request, reply) => {
      // Every route's parser takes every media type that some route has: here each is held to its own.
      if (body !== undefined && mediaTypeOf(request) !== body.type) throw mediaTypeRefusal(request, body.type)
      await places?.take(request, reply)
    },
    handler: async (request, reply) => {
      const { params: parameters, query, headers, body: content } = request
      const work = () => route.answer({ parameters, query, headers, body: content })
      return send(reply, await (places === undefined ? work() : places.during(request, work)))
    },
  })
}

/** Without its parameters, in lower case (RFC 9110 section 8.3.1). */
function mediaTypeOf({ headers }: FastifyRequest): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  return type.trim().toLowerCase()
}

function send(reply: FastifyReply, answer: Answer | Refusal): FastifyReply {
  if (answer instanceof Refusal) return sendProblem(reply, problemOf(answer.error, answer.members))
  return reply
    .code(answer.status)
    .headers(answer.headers ?? {})
    .type(answer.type)
    .send(answer.body)
}

/** Which request has which place. It is taken before the body is read, so that bodies are bounded as well. */
class Places {
  readonly #slots: Slots
  #heldBack = 0
  readonly #taken = new WeakMap<FastifyRequest, Slot>()

  constructor(slots: Slots) {
    this.#slots = slots
  }

  /** @throws the slots' refusal, a moment later: whoever comes back at once all the same must not keep the node from its work */
  async take(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const slot = this.#slots.take()
      this.#taken.set(request, slot)
      reply.raw.once('close', () => slot.leave())
    } catch (error) {
      await this.#holdBack()
      throw error
    }
  }

  /** Only so many at a time: what is held takes memory. */
  async #holdBack(): Promise<void> {
    if (this.#heldBack >= maximumConnections) return
    this.#heldBack += 1
    await sleep(refusalDelay)
    this.#heldBack -= 1
  }

  during<Result>(request: FastifyRequest, work: () => Promise<Result>): Promise<Result> {
    const slot = this.#taken.get(request)
    return slot === undefined ? work() : slot.during(work)
  }
}
