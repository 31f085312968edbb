/** Collections: where a module keeps its values. One declaration says how a value looks, where it stands and what is unique. */
import { concat, decodeAs, lengthPrefixed, type TSchema, utf8, type ValueOf } from '../codec/index.ts'
import type { CommonrootError } from '../errors/index.ts'
import { plainValue, readPlainValue, recordKey, stateError, type TreeName, valueVersion } from '../state/index.ts'

/** An index in which two records can't share a key; `undefined` leaves a record out. */
export type UniqueIndex<Value> = {
  readonly of: (value: Value) => Uint8Array | undefined
  /** The refusal when the key belongs to another record. */
  readonly taken: (value: Value) => CommonrootError
}

/** How a stored value of an earlier version becomes one of the next. */
export type EarlierVersion = { readonly schema: TSchema; readonly raise: (value: unknown) => unknown }

export type Collection<Value, Index extends string = string, Counter extends string = string> = {
  readonly module: string
  readonly name: string
  /** `standing` is the small tree of facts about groups, `records` the large one. */
  readonly tree: TreeName
  readonly schema: TSchema
  readonly version: number
  readonly key: (value: Value) => Uint8Array
  readonly unique: Readonly<Record<Index, UniqueIndex<Value>>>
  /** Authenticated counters: the group that a value counts in. Write-only for `apply`, folded once a block. */
  readonly counters: Readonly<Record<Counter, (value: Value) => Uint8Array | undefined>>
  /** The version from which an index or counter is kept, where that is not 1: older rows are not in it until rewritten. */
  readonly since: Readonly<Record<string, number>>
  readonly encode: (value: Value) => Uint8Array
  /** Reads a stored value of this or an earlier version. */
  readonly decode: (bytes: Uint8Array) => Value
}

/** A collection as the host sees it, whatever its values are. */
export type AnyCollection = Pick<Collection<never>, 'module' | 'name' | 'tree' | 'schema' | 'version'>

/** Declares a collection. `earlier` lists the schemas of versions 1, 2, ... below the present one. */
export function defineCollection<
  Schema extends TSchema,
  Index extends string = never,
  Counter extends string = never,
>(declaration: {
  readonly module: string
  readonly name: string
  readonly tree?: TreeName
  readonly value: Schema
  readonly earlier?: readonly EarlierVersion[]
  readonly key: (value: ValueOf<Schema>) => Uint8Array
  readonly unique?: Readonly<Record<Index, UniqueIndex<ValueOf<Schema>>>>
  readonly counters?: Readonly<Record<Counter, (value: ValueOf<Schema>) => Uint8Array | undefined>>
  readonly since?: Readonly<Record<string, number>>
}): Collection<ValueOf<Schema>, Index, Counter> {
  const earlier = declaration.earlier ?? []
  const version = earlier.length + 1
  return {
    module: declaration.module,
    name: declaration.name,
    tree: declaration.tree ?? 'records',
    schema: declaration.value,
    version,
    key: declaration.key,
    unique: declaration.unique ?? ({} as Record<Index, never>),
    counters: declaration.counters ?? ({} as Record<Counter, never>),
    since: declaration.since ?? {},
    encode: (value) => plainValue(declaration.value, version, value),
    decode: (bytes) => {
      try {
        return readUp(declaration.value, version, earlier, bytes) as ValueOf<Schema>
      } catch (cause) {
        // What is stored was checked when it was written: now it is damaged, and no transaction is to blame.
        throw stateError('value-form', { size: bytes.length }, cause)
      }
    },
  }
}

function readUp(schema: TSchema, version: number, earlier: readonly EarlierVersion[], bytes: Uint8Array): unknown {
  const found = valueVersion(bytes)
  const old = earlier[found - 1]
  if (found === version || old === undefined) return readPlainValue(schema, version, bytes)
  let value: unknown = decodeAs(old.schema, bytes.subarray(2))
  for (const step of earlier.slice(found - 1)) value = step.raise(value)
  return value
}

/** One entry that a transaction reads: a record or an entry of a unique index. */
export type Address = { readonly table: 'records' | 'indexes'; readonly key: Uint8Array }

/** The address of a record. */
export function recordAddress<Value>(collection: Collection<Value>, key: Uint8Array): Address {
  return { table: 'records', key: recordKey(collection.module, collection.name, key) }
}

/** The address of an index entry; reading it includes reading the record that it leads to. */
export function indexAddress<Value, Index extends string>(
  collection: Collection<Value, Index>,
  index: Index,
  key: Uint8Array,
): Address {
  const head = lengthPrefixed(utf8(collection.module), utf8(collection.name), utf8(index))
  return { table: 'indexes', key: concat(head, key) }
}
