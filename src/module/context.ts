/** What deterministic code is given: the chain's own facts, its collections, and nothing else. */
import type { DeepReadonly, SignerClaim, Static, TSchema } from '../codec/index.ts'
import type { Collection } from './collection.ts'
import type { EventType, Port, Schedule } from './declarations.ts'

export const keyPurposes = ['govern', 'operate', 'line', 'node'] as const
/** What a member's key may be used for. */
export type KeyPurpose = (typeof keyPurposes)[number]

/** A member for whom at least one purpose has reached its threshold in this transaction. */
export type MemberPrincipal = {
  readonly kind: 'member'
  readonly id: string
  readonly roles: readonly string[]
  readonly purposes: ReadonlySet<KeyPurpose>
}
/** A signer of a kind that a module other than governance registered (a device, a person). */
export type SubjectPrincipal = { readonly kind: 'subject'; readonly of: string; readonly subject: Uint8Array }
export type Principal = MemberPrincipal | SubjectPrincipal

export type Reader = {
  get<Value>(collection: Collection<Value>, key: Uint8Array): Value | undefined
  by<Value, Index extends string>(
    collection: Collection<Value, Index>,
    index: Index,
    key: Uint8Array,
  ): Value | undefined
}

export type ReadContext = Reader & {
  readonly chain: string
  readonly height: bigint
  /** Block time in milliseconds. */
  readonly time: bigint
  readonly protocol: number
  /** H(payload); undefined in due work. */
  readonly transaction: Uint8Array | undefined
  readonly signers: readonly Principal[]
  /** Reads and acts through another module's port, in that module's namespace and the same savepoint. */
  call<Argument, Result>(port: Port<Argument, Result>, argument: Argument): Result
}

export type Context = ReadContext & {
  /** Writes a value; a unique key that belongs to another record is refused with the collection's own error. */
  put<Value>(collection: Collection<Value>, value: Value): void
  remove<Value>(collection: Collection<Value>, key: Uint8Array): void
  /** Keeps bytes of this transaction, found by their SHA-256. They must be a view of the transaction's own bytes. */
  keep(bytes: Uint8Array): void
  emit<Body extends TSchema>(event: EventType<Body>, body: DeepReadonly<Static<Body>>): void
  /** Runs a handler at the first block whose time is `at` or later; the same handler and key again moves it. */
  schedule<Payload extends TSchema>(
    at: bigint,
    handler: Schedule<Payload>,
    key: Uint8Array,
    payload: DeepReadonly<Static<Payload>>,
  ): void
  cancel<Payload extends TSchema>(handler: Schedule<Payload>, key: Uint8Array): void
}

/** Claims of one kind, as a module that owns the kind gets them. */
export type Claims = readonly SignerClaim[]
