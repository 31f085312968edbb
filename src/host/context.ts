/** The context that a rule runs in: one module's view of the draft, metered. */
import type { DeepReadonly, Static, TSchema } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import {
  type Address,
  addressOf,
  type Collection,
  type Context,
  type EventType,
  indexPrefix,
  type Port,
  type Principal,
  type Schedule,
} from '../module/index.ts'
import { dueWork, handlerKey, kernelName } from './collections.ts'
import type { Draft } from './draft.ts'
import { eventOverhead, maximumEventBytes } from './limits.ts'
import { encodeOwn, RecordWriter } from './record-writer.ts'
import type { BlockFacts, Scope } from './scope.ts'

/** Who runs: a module's namespace, a transaction's signers (none in due work). */
export type Acting = {
  readonly module: string
  readonly transaction: Uint8Array | undefined
  readonly signers: readonly Principal[]
  /** The bytes of that transaction: kept bytes are views of them. */
  readonly source?: Uint8Array
}

/** One run of one rule: a context for each module that it reaches, over the same scope. */
export class RuleRun {
  readonly block: BlockFacts
  readonly draft: Draft
  readonly scope: Scope
  readonly acting: Acting
  readonly writer: RecordWriter
  readonly #contexts: { readonly module: string; readonly context: RuleContext }[] = []

  constructor(block: BlockFacts, draft: Draft, scope: Scope, acting: Acting) {
    this.block = block
    this.draft = draft
    this.scope = scope
    this.acting = acting
    this.writer = new RecordWriter(draft, scope)
  }

  contextOf(module: string): Context {
    // One to three modules: a map costs more than looking.
    for (const known of this.#contexts) if (known.module === module) return known.context
    const context = new RuleContext(this, module)
    this.#contexts.push({ module, context })
    return context
  }

  /** What an entry holds, whose key is `prefix`, then `key`. */
  read(table: Address['table'], prefix: Uint8Array, key: Uint8Array): Uint8Array | null {
    return this.draft.overlay.get(this.scope.read(table, prefix, key))
  }
}

class RuleContext implements Context {
  readonly chain: string
  readonly height: bigint
  readonly time: bigint
  readonly protocol: number
  readonly transaction: Uint8Array | undefined
  readonly signers: readonly Principal[]
  readonly #run: RuleRun
  readonly #module: string

  constructor(run: RuleRun, module: string) {
    const { chain, height, time, protocol } = run.block
    this.chain = chain
    this.height = height
    this.time = time
    this.protocol = protocol
    this.transaction = run.acting.transaction
    this.signers = run.acting.signers
    this.#run = run
    this.#module = module
  }

  get<Value>(collection: Collection<Value>, key: Uint8Array): Value | undefined {
    this.#own(collection)
    const bytes = this.#run.read('records', collection.prefix, key)
    return bytes === null ? undefined : collection.decode(bytes)
  }

  by<Value, Index extends string>(
    collection: Collection<Value, Index>,
    index: Index,
    key: Uint8Array,
  ): Value | undefined {
    this.#own(collection)
    const recordKey = this.#run.read('indexes', indexPrefix(collection, index), key)
    if (recordKey === null) return undefined
    const bytes = this.#run.draft.overlay.get(addressOf('records', recordKey))
    return bytes === null ? undefined : collection.decode(bytes)
  }

  put<Value>(collection: Collection<Value>, value: Value): void {
    this.#own(collection)
    this.#run.writer.put(collection, value)
  }

  remove<Value>(collection: Collection<Value>, key: Uint8Array): void {
    this.#own(collection)
    this.#run.writer.remove(collection, key)
  }

  keep(bytes: Uint8Array): void {
    const { draft, scope, acting } = this.#run
    if (!isViewOf(bytes, acting.source)) throw new TypeError('kept bytes are not a view of their transaction')
    scope.budget.spend(bytes.length)
    draft.overlay.append(draft.blobs, { digest: sha256(bytes), bytes, transaction: scope.position.transaction })
  }

  emit<Body extends TSchema>(event: EventType<Body>, body: DeepReadonly<Static<Body>>): void {
    this.#own(event)
    const { draft, scope } = this.#run
    const encoded = encodeOwn(event.body, body)
    if (encoded.length > maximumEventBytes) throw new TypeError(`an event has more than ${maximumEventBytes} bytes`)
    scope.budget.spend(encoded.length + eventOverhead)
    const { transaction, operation, item } = scope.position
    const place = { transaction, operation, item, module: event.module, name: event.name }
    draft.overlay.append(draft.events, { ...place, body: encoded })
  }

  schedule<Payload extends TSchema>(
    at: bigint,
    handler: Schedule<Payload>,
    key: Uint8Array,
    payload: DeepReadonly<Static<Payload>>,
  ): void {
    this.cancel(handler, key)
    const { module, name } = handler
    const encoded = encodeOwn(handler.payload, payload)
    this.#run.contextOf(kernelName).put(dueWork, { at, module, handler: name, key, payload: encoded })
  }

  cancel<Payload extends TSchema>(handler: Schedule<Payload>, key: Uint8Array): void {
    this.#own(handler)
    const kernel = this.#run.contextOf(kernelName)
    const before = kernel.by(dueWork, 'handler', handlerKey(handler.module, handler.name, key))
    if (before !== undefined) kernel.remove(dueWork, dueWork.key(before))
  }

  call<Argument, Result>(port: Port<Argument, Result>, argument: Argument): Result {
    return port.call(this.#run.contextOf(port.module), argument)
  }

  #own(part: { readonly module: string; readonly name: string }): void {
    if (part.module === this.#module) return
    throw new TypeError(`${this.#module} reaches ${part.module}/${part.name} without a port`)
  }
}

function isViewOf(bytes: Uint8Array, whole: Uint8Array | undefined): boolean {
  if (whole === undefined || bytes.buffer !== whole.buffer) return false
  const offset = bytes.byteOffset - whole.byteOffset
  return offset >= 0 && offset + bytes.length <= whole.length
}
