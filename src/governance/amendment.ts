/**
 * What a decision changes, before it is written: so that it can be judged as a whole, tried without being done, and kept
 * with what it replaces. Multi-signature transactions, proposals, due work and evidence all go this way.
 */

import type { TSchema, ValueOf } from '../codec/index.ts'
import { compareBytes, toHex } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type Collection, type Context, type Parameter, readParameter, recordAddress } from '../module/index.ts'
import { agenda, governanceName, keptCollections, parameterKey, parameters, past, pastKey } from './collections.ts'
import { governanceError } from './errors.ts'
import { maximumKeptBytes } from './limits.ts'

const only = new Uint8Array(0)

/** Whether this chain keeps its past and is guarded against losing its quorum: from protocol 2 on. */
export function isGuarded(context: Pick<Context, 'get'>): boolean {
  return context.get(agenda, only) !== undefined
}

type Change = {
  readonly collection: string
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
  readonly write: (context: Context) => void
}

export class Amendment {
  readonly context: Context
  readonly #changes = new Map<string, Change>()
  readonly #effects: ((context: Context) => void)[] = []

  constructor(context: Context) {
    this.context = context
  }

  /** A value as it will be. */
  get<Value>(collection: Collection<Value>, key: Uint8Array): Value | undefined {
    const change = this.#changes.get(recordAddress(collection, key).id)
    if (change === undefined) return this.context.get(collection, key)
    return change.after === null ? undefined : collection.decode(change.after)
  }

  /** @throws governance.value-too-large for what could not be kept, once something replaces it */
  put<Value>(collection: Collection<Value>, value: Value): void {
    const after = collection.encode(value)
    if (after.length > maximumKeptBytes && keptCollections.has(collection.name) && isGuarded(this.context)) {
      throw governanceError('value-too-large', { size: after.length, limit: maximumKeptBytes })
    }
    this.#change(collection, collection.key(value), after, (context) => context.put(collection, value))
  }

  remove<Value>(collection: Collection<Value>, key: Uint8Array): void {
    this.#change(collection, key, null, (context) => context.remove(collection, key))
  }

  /** Events and due work: done after everything is written, or not at all. */
  afterwards(effect: (context: Context) => void): void {
    this.#effects.push(effect)
  }

  /** The value of a parameter as it will be. */
  parameter<Schema extends TSchema>(parameter: Parameter<Schema>): ValueOf<Schema> {
    const stored = this.get(parameters, parameterKey(parameter.module, parameter.name))
    return stored === undefined ? parameter.initial : readParameter(parameter, stored.value)
  }

  /** The keys of a collection's records that change, in byte order. */
  changed(collection: Pick<Collection<never>, 'name'>): readonly Uint8Array[] {
    const own = [...this.#changes.values()].filter((change) => change.collection === collection.name)
    return own.map(({ key }) => key).sort(compareBytes)
  }

  write(): void {
    const keepsPast = isGuarded(this.context)
    for (const change of this.#changes.values()) {
      if (keepsPast && keptCollections.has(change.collection)) keep(this.context, change)
      change.write(this.context)
    }
    for (const effect of this.#effects) effect(this.context)
  }

  #change<Value>(
    collection: Collection<Value>,
    key: Uint8Array,
    after: Uint8Array | null,
    write: Change['write'],
  ): void {
    if (collection.module !== governanceName) throw new TypeError(`${collection.module} is not governance's to amend`)
    const { id } = recordAddress(collection, key)
    const stored = this.context.get(collection, key)
    const before = this.#changes.get(id)?.before ?? (stored === undefined ? null : collection.encode(stored))
    this.#changes.set(id, { collection: collection.name, key, before, after, write })
  }
}

/** What is in force at a height is what the last block up to it left: of several changes in a block the first one counts. */
function keep(context: Context, { collection, key, before, after }: Change): void {
  if (toHex(before ?? only) === toHex(after ?? only)) return
  if (context.get(past, pastKey(context.height, collection, key)) !== undefined) return
  context.put(past, { until: context.height, collection, key, ...(before === null ? {} : { value: before }) })
}

/**
 * Tries to amend: why it is refused, or undefined. An amendment has written nothing, so that nothing has to be undone. An
 * entry that is not fetched yet is no refusal, nor is what must stop the node: both go on to the host.
 */
export function refusalOf(attempt: () => void): CommonrootError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.status >= 500) throw error
    return error
  }
}
