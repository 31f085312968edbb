/**
 * What a route is: one file that declares its path, its schemas, what it may refuse, and one function that answers.
 * The declaration is the source of the types, of the checks, and of the OpenAPI document.
 */
import { type Static, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../src/codec/index.ts'
import type { CommonrootError } from '../../src/errors/index.ts'
import type { Problem } from './problem.ts'
import type { Slots } from './slots.ts'

/** A status that a route answers with, and the form of the body by media type. */
export type AnswerDeclaration = {
  readonly description: string
  readonly content: { readonly [mediaType: string]: TSchema }
  readonly headers?: { readonly [name: string]: TSchema }
}
export type AnswerDeclarations = { readonly [status: number]: AnswerDeclaration }

/** An answer of one of the declared forms. */
export type AnswerOf<Answers extends AnswerDeclarations> = {
  [Status in keyof Answers & number]: {
    [Media in keyof Answers[Status]['content'] & string]: {
      readonly status: Status
      readonly type: Media
      readonly body: DeepReadonly<Static<Answers[Status]['content'][Media]>>
      readonly headers?: Readonly<Record<string, string>>
    }
  }[keyof Answers[Status]['content'] & string]
}[keyof Answers & number]

/** A refusal that says more than its error does: the members go into the problem beside the standard ones. */
export class Refusal {
  readonly error: CommonrootError
  readonly members: Partial<Problem>

  constructor(error: CommonrootError, members: Partial<Problem> = {}) {
    this.error = error
    this.members = members
  }
}

type RequestOf<Parameters extends TSchema, Query extends TSchema, Headers extends TSchema> = {
  readonly parameters: Static<Parameters>
  readonly query: Static<Query>
  readonly headers: Static<Headers>
  /** The raw body where the route declares one. */
  readonly body: Uint8Array
}

/** `Uses` is what the route needs of the node, and all that it gets. */
export type RouteDeclaration<
  Uses,
  Parameters extends TSchema,
  Query extends TSchema,
  Answers extends AnswerDeclarations,
  Headers extends TSchema,
> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** A name for programs that are made from the OpenAPI document. */
  readonly operation: string
  readonly group: 'ledger' | 'governance' | 'certificates' | 'operation' | 'reference'
  readonly summary: string
  readonly parameters?: Parameters
  readonly query?: Query
  /** Headers of this route's own, their names in lower case. */
  readonly headers?: Headers
  /** The media type of the body and the most bytes that it may have. */
  readonly body?: { readonly type: string; readonly description: string; readonly maximum: number }
  readonly answers: Answers
  /** Numbers of the errors that this route is known to answer; the server's own are the same everywhere. */
  readonly refusals: readonly number[]
  readonly answer: (
    uses: Uses,
    request: RequestOf<Parameters, Query, Headers>,
  ) => Promise<AnswerOf<Answers> | Refusal> | AnswerOf<Answers> | Refusal
}

/** A request as the server hands it over, after its parts were checked against the route's schemas. */
export type CheckedRequest = {
  readonly parameters: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

export type Answer = {
  readonly status: number
  readonly type: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A route with what it uses, ready to be registered. */
export type BoundRoute = Omit<RouteDeclaration<never, TSchema, TSchema, AnswerDeclarations, TSchema>, 'answer'> & {
  readonly answer: (request: CheckedRequest) => Promise<Answer | Refusal>
  /** Where a request must find a place before its body is read. */
  readonly slots?: Slots
}

export const NoFields = Type.Object({}, { additionalProperties: false })

/** Declares a route. What comes back waits for what it uses. */
export function defineRoute<
  Uses,
  Answers extends AnswerDeclarations,
  Parameters extends TSchema = typeof NoFields,
  Query extends TSchema = typeof NoFields,
  Headers extends TSchema = typeof NoFields,
>(
  route: RouteDeclaration<Uses, Parameters, Query, Answers, Headers>,
): (uses: Uses, options?: { readonly slots: Slots }) => BoundRoute {
  return (uses, options) => ({
    ...route,
    ...options,
    // The server has checked all three against these very schemas: this is the one place where that becomes a type.
    answer: async ({ parameters, query, headers, body }) =>
      route.answer(uses, {
        parameters: parameters as Static<Parameters>,
        query: query as Static<Query>,
        headers: headers as Static<Headers>,
        body: body instanceof Uint8Array ? body : new Uint8Array(0),
      }),
  })
}

/** The declaration of an answer in JSON. */
export function json<Schema extends TSchema>(description: string, schema: Schema) {
  return { description, content: { 'application/json': schema } } as const
}

/** An answer in JSON. */
export function answerJson<const Status extends number, Body>(status: Status, body: Body) {
  return { status, type: 'application/json', body } as const
}

/** An answer of another media type. */
export function answerOther<const Status extends number, const Media extends string, Body>(
  status: Status,
  type: Media,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
) {
  return { status, type, body, headers } as const
}

/** A body of bytes. OpenAPI 3.1 has no more to say of it than its media type. */
export const Octets = Type.Unsafe<Uint8Array>({})
