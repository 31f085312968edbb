/** The parts of a module, each declared once: transactions, schedules, events, ports, parameters, signer kinds. */
import { decodeAs, List, type PublicKey, Struct, type TSchema, type ValueOf } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { Address, AnyCollection, Collection } from './collection.ts'
import type { Claims, Context, Principal, ReadContext, Reader } from './context.ts'

/** A signature that the host verifies before `apply`, on all cores. */
export type SignatureCheck = {
  readonly key: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** What `prepare` found in a body, purely: facts, and the signatures to check. A thrown refusal is the item's verdict. */
export type Preparation<Facts> = { readonly facts: Facts; readonly checks: readonly SignatureCheck[] }

/** All that `prepare` knows beside the body: what the transaction itself says, and the rules that read it. */
export type PreparationPlace = { readonly protocol: number; readonly chain: string }

/** One unit of work with its own savepoint, its body decoded and prepared. */
export type BoundItem = {
  /** Why `prepare` refused it; it is then never applied. A TypeError is a defect of the module. */
  readonly refusal: CommonrootError | TypeError | undefined
  readonly checks: readonly SignatureCheck[]
  readonly reads: (signers: readonly Principal[]) => Iterable<Address>
  readonly apply: (context: Context, checks: readonly boolean[]) => 'done' | 'unchanged'
}

/** An operation whose body is decoded: pure, so that it can be kept and used again for the same bytes. */
export type BoundOperation = {
  readonly form: 'single' | 'batch'
  readonly items: readonly BoundItem[]
  readonly allowReads: (signers: readonly Principal[]) => Iterable<Address>
  readonly allow: (context: ReadContext) => void
}

export type TransactionType = {
  readonly form: 'single' | 'batch'
  /** The schema of the body, or of one item of a batch. */
  readonly schema: TSchema
  readonly summary: string
  /** Decodes and prepares. @throws every code of `codec`; what `prepare` of a single transaction refuses */
  readonly bind: (body: Uint8Array, place: PreparationPlace) => BoundOperation
}

/** Verdicts that one result can hold. */
const largestBatch = 65_536

const nothing: () => Iterable<Address> = () => []

/** A transaction type with one body: applied whole or not at all. */
export function defineTransaction<Schema extends TSchema, Facts = undefined>(declaration: {
  readonly summary: string
  readonly body: Schema
  readonly prepare?: (body: ValueOf<Schema>, place: PreparationPlace) => Preparation<Facts>
  readonly allow: (context: ReadContext, body: ValueOf<Schema>) => void
  readonly reads: (body: ValueOf<Schema>, signers: readonly Principal[]) => Iterable<Address>
  readonly apply: (
    context: Context,
    body: ValueOf<Schema>,
    prepared: { readonly facts: Facts | undefined; readonly checks: readonly boolean[] },
  ) => void
}): TransactionType {
  return {
    form: 'single',
    schema: declaration.body,
    summary: declaration.summary,
    bind: (bytes, place) => {
      const body = decodeAs(declaration.body, bytes)
      const prepared = declaration.prepare?.(body, place)
      const reads = (signers: readonly Principal[]) => declaration.reads(body, signers)
      return {
        form: 'single',
        allowReads: reads,
        allow: (context) => declaration.allow(context, body),
        items: [
          {
            refusal: undefined,
            checks: prepared?.checks ?? [],
            reads,
            apply: (context, checks) => {
              declaration.apply(context, body, { facts: prepared?.facts, checks })
              return 'done'
            },
          },
        ],
      }
    },
  }
}

/** A transaction type with many items: the host loops, one savepoint an item; a refused item sinks no other. */
export function defineBatch<Schema extends TSchema, Facts>(declaration: {
  readonly summary: string
  readonly item: Schema
  readonly maximumItems: number
  readonly prepare: (item: ValueOf<Schema>, place: PreparationPlace) => Preparation<Facts>
  /** Once for the batch; failing fails the transaction. */
  readonly allow: (context: ReadContext) => void
  readonly allowReads?: (signers: readonly Principal[]) => Iterable<Address>
  readonly reads: (item: ValueOf<Schema>, facts: Facts, signers: readonly Principal[]) => Iterable<Address>
  readonly applyItem: (
    context: Context,
    item: ValueOf<Schema>,
    prepared: { readonly facts: Facts; readonly checks: readonly boolean[] },
  ) => 'done' | 'unchanged'
}): TransactionType {
  if (declaration.maximumItems > largestBatch) throw new TypeError(`a batch has at most ${largestBatch} items`)
  const body = Struct({ items: List(declaration.item, { minimum: 1, maximum: declaration.maximumItems }) })
  const bindItem = (item: ValueOf<Schema>, place: PreparationPlace): BoundItem => {
    try {
      const { facts, checks } = declaration.prepare(item, place)
      return {
        refusal: undefined,
        checks,
        reads: (signers) => declaration.reads(item, facts, signers),
        apply: (context, results) => declaration.applyItem(context, item, { facts, checks: results }),
      }
    } catch (error) {
      if (!(error instanceof CommonrootError || error instanceof TypeError)) throw error
      return { refusal: error, checks: [], reads: nothing, apply: refusedItem }
    }
  }
  return {
    form: 'batch',
    schema: declaration.item,
    summary: declaration.summary,
    bind: (bytes, place) => {
      const { items } = decodeAs(body, bytes) as { readonly items: readonly ValueOf<Schema>[] }
      return {
        form: 'batch',
        allowReads: declaration.allowReads ?? nothing,
        allow: declaration.allow,
        items: items.map((item) => bindItem(item, place)),
      }
    },
  }
}

function refusedItem(): never {
  throw new TypeError('an item that prepare refused is never applied')
}

/** Work that the chain does by itself at a time. It may not scan; what throws is undone, leaves an event and is dropped. */
export type Schedule<Payload extends TSchema> = {
  readonly module: string
  readonly name: string
  readonly payload: Payload
  readonly reads: (key: Uint8Array, payload: ValueOf<Payload>) => Iterable<Address>
  readonly apply: (context: Context, key: Uint8Array, payload: ValueOf<Payload>) => void
}

/** A schedule as the host sees it. */
export type BoundSchedule = {
  readonly module: string
  readonly name: string
  readonly bind: (
    key: Uint8Array,
    payload: Uint8Array,
  ) => { readonly reads: () => Iterable<Address>; readonly apply: (context: Context) => void }
}

export function defineSchedule<Payload extends TSchema>(
  declaration: Schedule<Payload>,
): Schedule<Payload> & BoundSchedule {
  return {
    ...declaration,
    bind: (key, bytes) => {
      const payload = decodeAs(declaration.payload, bytes)
      return {
        reads: () => declaration.reads(key, payload),
        apply: (context) => declaration.apply(context, key, payload),
      }
    },
  }
}

export type EventType<Body extends TSchema = TSchema> = {
  readonly module: string
  readonly name: string
  readonly body: Body
}

export function defineEvent<Body extends TSchema>(event: EventType<Body>): EventType<Body> {
  return event
}

/** The only way from module to module. */
export type Port<Argument, Result> = {
  readonly module: string
  readonly name: string
  readonly reads: (argument: Argument) => Iterable<Address>
  readonly call: (context: Context, argument: Argument) => Result
}

export function definePort<Argument, Result>(port: Port<Argument, Result>): Port<Argument, Result> {
  return port
}

/** A named value that governance sets and the owning module's schema checks. */
export type Parameter<Schema extends TSchema = TSchema> = {
  readonly module: string
  readonly name: string
  readonly schema: Schema
  readonly summary: string
  /** What a genesis that doesn't name it starts with. */
  readonly initial: ValueOf<Schema>
}

/** A parameter as governance sees it. */
export type AnyParameter = Pick<Parameter, 'module' | 'name' | 'schema' | 'summary'> & { readonly initial: unknown }

export function defineParameter<Schema extends TSchema>(parameter: Parameter<Schema>): Parameter<Schema> {
  return parameter
}

/** Values by the bytes they were read from: one parameter's bytes are read for each item of a block. */
const readParameters = new WeakMap<Uint8Array, unknown>()

/** Reads a parameter's stored bytes; the same bytes are never those of two parameters. @throws every code of `codec` */
export function readParameter<Schema extends TSchema>(
  parameter: Parameter<Schema>,
  bytes: Uint8Array,
): ValueOf<Schema> {
  const known = readParameters.get(bytes)
  if (known !== undefined) return known as ValueOf<Schema>
  const value = decodeAs(parameter.schema, bytes)
  readParameters.set(bytes, value)
  return value
}

/** How claims of one kind become principals. `resolve` refuses a claim that is not who it says. */
export type SignerKind = {
  readonly reads: (claims: Claims) => Iterable<Address>
  readonly resolve: (read: Reader, claims: Claims) => readonly Principal[]
}

/** Rows of one collection that a protocol switch rewrites, some each block, in key order. */
export type Migration = {
  readonly collection: AnyCollection
  readonly apply: (context: Context, stored: Uint8Array) => void
}

/** Declares what happens to each row of `collection`; it is read up to the present version before. */
export function defineMigration<Value>(
  collection: Collection<Value>,
  apply: (context: Context, value: Value) => void,
): Migration {
  return { collection, apply: (context, stored) => apply(context, collection.decode(stored)) }
}
