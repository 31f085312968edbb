/** Makes the context that a rule runs in: one module's view of the draft, metered. */
import { encodeUnknown, type TSchema, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import {
  type Address,
  type Collection,
  type Context,
  indexAddress,
  type Principal,
  recordAddress,
} from '../module/index.ts'
import { counterKey } from '../state/index.ts'
import { dueWork, handlerKey, kernelName } from './collections.ts'
import type { Draft } from './draft.ts'
import { transactionError } from './errors.ts'
import { maximumUndeclaredReads, maximumWrittenBytes } from './limits.ts'

/** What stays the same for all rules of a block. */
export type BlockFacts = {
  readonly chain: string
  readonly height: bigint
  readonly time: bigint
  readonly protocol: number
}

/** One run of one rule: what it declared, and what it used. A new run starts a new scope. */
export class Scope {
  readonly #declared: ReadonlySet<string>
  readonly #undeclared = new Set<string>()
  readonly position: { readonly transaction: number; readonly operation: number; readonly item: number }
  readonly budget: WriteBudget

  constructor(declared: ReadonlySet<string>, position: Scope['position'], budget: WriteBudget) {
    this.#declared = declared
    this.position = position
    this.budget = budget
  }

  /** @throws transaction.undeclared-reads */
  read(address: Address): void {
    const id = addressId(address)
    if (this.#declared.has(id) || this.#undeclared.has(id)) return
    if (this.#undeclared.size >= maximumUndeclaredReads) {
      throw transactionError('undeclared-reads', { limit: maximumUndeclaredReads })
    }
    this.#undeclared.add(id)
  }
}

/** Bytes that one transaction may still write. Undone writes count: the work was done. */
export class WriteBudget {
  #left = maximumWrittenBytes

  get left(): number {
    return this.#left
  }

  /** Takes the budget back to what it was before a run that has to be repeated: repetitions differ between nodes. */
  restore(left: number): void {
    this.#left = left
  }

  /** @throws transaction.too-much-written */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw transactionError('too-much-written', { limit: maximumWrittenBytes })
  }
}

export function addressId(address: Address): string {
  return `${address.table}:${toHex(address.key)}`
}

/** Who runs: a module's namespace, a transaction's signers (none in due work). */
export type Acting = {
  readonly module: string
  readonly transaction: Uint8Array | undefined
  readonly signers: readonly Principal[]
}

export function makeContext(block: BlockFacts, draft: Draft, scope: Scope, acting: Acting): Context {
  const { overlay } = draft
  const own = (part: { readonly module: string; readonly name: string }): void => {
    if (part.module !== acting.module) {
      throw new TypeError(`${acting.module} reaches ${part.module}/${part.name} without a port`)
    }
  }
  const read = (address: Address): Uint8Array | null => {
    scope.read(address)
    return overlay.get(address)
  }
  const getRecord = <Value>(collection: Collection<Value>, address: Address): Value | undefined => {
    const bytes = read(address)
    return bytes === null ? undefined : collection.decode(bytes)
  }
  const writer = new RecordWriter(draft, scope, read)

  const context: Context = {
    ...block,
    transaction: acting.transaction,
    signers: acting.signers,
    get: (collection, key) => {
      own(collection)
      return getRecord(collection, recordAddress(collection, key))
    },
    by: (collection, index, key) => {
      own(collection)
      const recordKey = read(indexAddress(collection, index, key))
      if (recordKey === null) return undefined
      const bytes = overlay.get({ table: 'records', key: recordKey })
      return bytes === null ? undefined : collection.decode(bytes)
    },
    put: (collection, value) => {
      own(collection)
      writer.put(collection, value)
    },
    remove: (collection, key) => {
      own(collection)
      writer.remove(collection, key)
    },
    keep: (bytes) => {
      scope.budget.spend(bytes.length)
      overlay.append(draft.blobs, { digest: sha256(bytes), bytes, transaction: scope.position.transaction })
    },
    emit: (event, body) => {
      own(event)
      const encoded = encodeOwn(event.body, body)
      scope.budget.spend(encoded.length)
      overlay.append(draft.events, { ...scope.position, module: event.module, name: event.name, body: encoded })
    },
    schedule: (at, handler, key, payload) => {
      own(handler)
      const kernel = makeContext(block, draft, scope, { ...acting, module: kernelName })
      const before = kernel.by(dueWork, 'handler', handlerKey(handler.module, handler.name, key))
      if (before !== undefined) kernel.remove(dueWork, dueWork.key(before))
      const encoded = encodeOwn(handler.payload, payload)
      kernel.put(dueWork, { at, module: handler.module, handler: handler.name, key, payload: encoded })
    },
    cancel: (handler, key) => {
      own(handler)
      const kernel = makeContext(block, draft, scope, { ...acting, module: kernelName })
      const before = kernel.by(dueWork, 'handler', handlerKey(handler.module, handler.name, key))
      if (before !== undefined) kernel.remove(dueWork, dueWork.key(before))
    },
    call: (port, argument) => port.call(makeContext(block, draft, scope, { ...acting, module: port.module }), argument),
  }
  return context
}

function encodeOwn(schema: TSchema, value: unknown): Uint8Array {
  return ownFault(() => encodeUnknown(schema, value))
}

/** A rule that writes what its own schema refuses is a defect of the rule, and no verdict on its input. */
function ownFault<Result>(encode: () => Result): Result {
  try {
    return encode()
  } catch (cause) {
    throw new TypeError('a rule wrote a value that its schema refuses', { cause })
  }
}

/** Writes records and what hangs on them: unique indexes, counters. */
class RecordWriter {
  readonly #draft: Draft
  readonly #scope: Scope
  readonly #read: (address: Address) => Uint8Array | null

  constructor(draft: Draft, scope: Scope, read: (address: Address) => Uint8Array | null) {
    this.#draft = draft
    this.#scope = scope
    this.#read = read
  }

  put<Value>(collection: Collection<Value>, value: Value): void {
    const address = recordAddress(collection, collection.key(value))
    const bytes = ownFault(() => collection.encode(value))
    this.#scope.budget.spend(address.key.length + bytes.length)
    const before = this.#decode(collection, this.#read(address))
    this.#moveIndexes(collection, address.key, before, value)
    this.#moveCounters(collection, before, value)
    this.#write(collection, address, bytes)
  }

  remove<Value>(collection: Collection<Value>, key: Uint8Array): void {
    const address = recordAddress(collection, key)
    const before = this.#decode(collection, this.#read(address))
    if (before === undefined) return
    this.#scope.budget.spend(address.key.length)
    this.#moveIndexes(collection, address.key, before, undefined)
    this.#moveCounters(collection, before, undefined)
    this.#write(collection, address, null)
  }

  #decode<Value>(collection: Collection<Value>, bytes: Uint8Array | null): Value | undefined {
    return bytes === null ? undefined : collection.decode(bytes)
  }

  #write<Value>(collection: Collection<Value>, address: Address, bytes: Uint8Array | null): void {
    this.#draft.trees.set(toHex(address.key), collection.tree)
    this.#draft.overlay.set(address, bytes)
  }

  #moveIndexes<Value>(
    collection: Collection<Value>,
    recordKey: Uint8Array,
    before: Value | undefined,
    after: Value | undefined,
  ): void {
    for (const name of Object.keys(collection.unique)) {
      const index = collection.unique[name]!
      const oldKey = before === undefined ? undefined : index.of(before)
      const newKey = after === undefined ? undefined : index.of(after)
      if (oldKey !== undefined && newKey !== undefined && toHex(oldKey) === toHex(newKey)) continue
      if (newKey !== undefined && after !== undefined) {
        const address = indexAddress(collection, name, newKey)
        if (this.#read(address) !== null) throw index.taken(after)
        this.#draft.overlay.set(address, recordKey)
      }
      if (oldKey !== undefined) {
        const address = indexAddress(collection, name, oldKey)
        this.#read(address)
        this.#draft.overlay.set(address, null)
      }
    }
  }

  #moveCounters<Value>(collection: Collection<Value>, before: Value | undefined, after: Value | undefined): void {
    for (const name of Object.keys(collection.counters)) {
      const groupOf = collection.counters[name]!
      const left = before === undefined ? undefined : groupOf(before)
      const entered = after === undefined ? undefined : groupOf(after)
      if (left !== undefined && entered !== undefined && toHex(left) === toHex(entered)) continue
      if (left !== undefined) this.#count(collection, name, left, -1)
      if (entered !== undefined) this.#count(collection, name, entered, 1)
    }
  }

  #count<Value>(collection: Collection<Value>, counter: string, group: Uint8Array, delta: 1 | -1): void {
    const key = counterKey(collection.module, collection.name, counter, group)
    this.#draft.overlay.append(this.#draft.counters, { key, tree: collection.tree, delta })
  }
}
