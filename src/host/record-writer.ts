/** Writes records and what hangs on them: unique indexes, counters. */
import { encodeUnknown, equalBytes, type TSchema } from '../codec/index.ts'
import { type Address, type Collection, indexPrefix } from '../module/index.ts'
import { counterKey, maximumKeyBytes, maximumValueBytes, valueVersion } from '../state/index.ts'
import type { Draft } from './draft.ts'
import type { Scope } from './scope.ts'

/** The bytes of a value that a rule made. @throws TypeError when its own schema refuses it */
export function encodeOwn(schema: TSchema, value: unknown): Uint8Array {
  return ownFault(() => encodeUnknown(schema, value))
}

/** What is larger could be stored, but no proof could carry it. */
function requireProvable(keyBytes: number, value: Uint8Array): void {
  if (keyBytes > maximumKeyBytes || value.length > maximumValueBytes) {
    throw new TypeError('a rule wrote a record that is too large to be proven')
  }
}

/** A rule that writes what its own schema refuses is a defect of the rule, and no verdict on its input. */
function ownFault<Result>(encode: () => Result): Result {
  try {
    return encode()
  } catch (cause) {
    throw new TypeError('a rule wrote a value that its schema refuses', { cause })
  }
}

/** A stored value, read up, and the version it was written in. */
type Stored<Value> = { readonly value: Value; readonly version: number }

export class RecordWriter {
  readonly #draft: Draft
  readonly #scope: Scope

  constructor(draft: Draft, scope: Scope) {
    this.#draft = draft
    this.#scope = scope
  }

  put<Value>(collection: Collection<Value>, value: Value): void {
    const key = collection.key(value)
    const bytes = ownFault(() => collection.encode(value))
    const keyBytes = collection.prefix.length + key.length
    requireProvable(keyBytes, bytes)
    this.#scope.budget.spend(keyBytes + bytes.length)
    const address = this.#scope.read('records', collection.prefix, key)
    this.#move(collection, address.key, this.#stored(collection, address), value)
    this.#write(collection, address, bytes)
  }

  remove<Value>(collection: Collection<Value>, key: Uint8Array): void {
    const address = this.#scope.read('records', collection.prefix, key)
    const before = this.#stored(collection, address)
    if (before === undefined) return
    this.#scope.budget.spend(address.key.length)
    this.#move(collection, address.key, before, undefined)
    this.#write(collection, address, null)
  }

  #stored<Value>(collection: Collection<Value>, address: Address): Stored<Value> | undefined {
    const bytes = this.#draft.overlay.get(address)
    return bytes === null ? undefined : { value: collection.decode(bytes), version: valueVersion(bytes) }
  }

  #move<Value>(
    collection: Collection<Value>,
    key: Uint8Array,
    before: Stored<Value> | undefined,
    after: Value | undefined,
  ) {
    // A row of an earlier version is not in what came later: it enters when it is rewritten.
    const held = (name: string): Value | undefined =>
      before === undefined || before.version < (collection.since[name] ?? 1) ? undefined : before.value
    for (const name of Object.keys(collection.unique)) this.#moveIndex(collection, name, key, held(name), after)
    for (const name of Object.keys(collection.counters)) this.#moveCounter(collection, name, held(name), after)
  }

  #write<Value>(collection: Collection<Value>, address: Address, bytes: Uint8Array | null): void {
    this.#draft.overlay.set(address, bytes, collection.tree)
  }

  #moveIndex<Value>(
    collection: Collection<Value>,
    name: string,
    recordKey: Uint8Array,
    before: Value | undefined,
    after: Value | undefined,
  ): void {
    const index = collection.unique[name]!
    const oldKey = before === undefined ? undefined : index.of(before)
    const newKey = after === undefined ? undefined : index.of(after)
    if (oldKey !== undefined && newKey !== undefined && equalBytes(oldKey, newKey)) return
    if (newKey !== undefined && after !== undefined) {
      const address = this.#scope.read('indexes', indexPrefix(collection, name), newKey)
      if (this.#draft.overlay.get(address) !== null) throw index.taken(after)
      this.#draft.overlay.set(address, recordKey)
    }
    if (oldKey !== undefined) {
      this.#draft.overlay.set(this.#scope.read('indexes', indexPrefix(collection, name), oldKey), null)
    }
  }

  #moveCounter<Value>(
    collection: Collection<Value>,
    name: string,
    before: Value | undefined,
    after: Value | undefined,
  ): void {
    const groupOf = collection.counters[name]!
    const left = before === undefined ? undefined : groupOf(before)
    const entered = after === undefined ? undefined : groupOf(after)
    if (left !== undefined && entered !== undefined && equalBytes(left, entered)) return
    if (left !== undefined) this.#count(collection, name, left, -1)
    if (entered !== undefined) this.#count(collection, name, entered, 1)
  }

  #count<Value>(collection: Collection<Value>, counter: string, group: Uint8Array, delta: 1 | -1): void {
    const key = counterKey(collection.module, collection.name, counter, group)
    this.#draft.overlay.append(this.#draft.counters, { key, tree: collection.tree, delta })
  }
}
