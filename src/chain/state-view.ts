/** The state at one height, for readers: values through their collections, and proofs. */

import type { TSchema, ValueOf } from '../codec/index.ts'
import { toHex } from '../codec/index.ts'
import { parameterKey, parameters } from '../governance/index.ts'
import {
  type Address,
  type Collection,
  indexAddress,
  type Parameter,
  readParameter,
  recordAddress,
} from '../module/index.ts'
import {
  counterKey,
  neighbourKeys,
  type Proven,
  proveLeaf,
  readCounterValue,
  type TreeName,
  treeRoot,
} from '../state/index.ts'
import type { ReadView } from '../store/index.ts'

export class StateView {
  readonly height: bigint
  readonly #view: ReadView

  constructor(view: ReadView) {
    this.height = view.height
    this.#view = view
  }

  async get<Value>(collection: Collection<Value>, key: Uint8Array): Promise<Value | undefined> {
    const bytes = await this.bytesAt(recordAddress(collection, key))
    return bytes === null ? undefined : collection.decode(bytes)
  }

  async by<Value, Index extends string>(
    collection: Collection<Value, Index>,
    index: Index,
    key: Uint8Array,
  ): Promise<Value | undefined> {
    const record = await this.bytesAt(indexAddress(collection, index, key))
    if (record === null) return undefined
    const bytes = await this.bytesAt({ table: 'records', key: record })
    return bytes === null ? undefined : collection.decode(bytes)
  }

  async parameter<Schema extends TSchema>(parameter: Parameter<Schema>): Promise<ValueOf<Schema>> {
    const stored = await this.get(parameters, parameterKey(parameter.module, parameter.name))
    return stored === undefined ? parameter.initial : readParameter(parameter, stored.value)
  }

  /** How many records of a group there are, as the authenticated counter has it. */
  async count<Value, Counter extends string>(
    collection: Collection<Value, string, Counter>,
    counter: Counter,
    group: Uint8Array,
  ): Promise<bigint> {
    const key = counterKey(collection.module, collection.name, counter, group)
    return readCounterValue(await this.bytesAt({ table: 'records', key }))
  }

  /** A record's leaf or its absence, proven against the root of this height. @throws state.page-form when row and leaf differ */
  async prove<Value>(collection: Collection<Value>, key: Uint8Array): Promise<Proven> {
    const address = recordAddress(collection, key)
    return proveLeaf(collection.tree, this.#readPages, address.key, await this.bytesAt(address))
  }

  /** The same for a leaf that is known by its key alone. */
  async proveKey(tree: TreeName, key: Uint8Array): Promise<Proven> {
    return proveLeaf(tree, this.#readPages, key, await this.bytesAt({ table: 'records', key }))
  }

  root(tree: TreeName): Promise<Uint8Array> {
    return treeRoot(tree, this.#readPages)
  }

  /** The neighbours of an absent key in the order of hashes: what an ICS23 proof of absence is made of. */
  neighbours(tree: TreeName, key: Uint8Array): Promise<{ left: Uint8Array | null; right: Uint8Array | null }> {
    return neighbourKeys(tree, this.#readPages, key)
  }

  async bytesAt({ table, key }: Pick<Address, 'table' | 'key'>): Promise<Uint8Array | null> {
    return (await this.#view.read(table, [key])).get(toHex(key)) ?? null
  }

  close(): Promise<void> {
    return this.#view.close()
  }

  readonly #readPages = (keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> =>
    this.#view.read('pages', keys)
}
