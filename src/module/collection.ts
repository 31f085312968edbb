/** Collections: where a module keeps its values. One declaration says how a value looks, where it stands and what is unique. */
import { concat, decodeAs, lengthPrefixed, type TSchema, toHex, utf8, type ValueOf } from '../codec/index.ts'
import type { CommonrootError } from '../errors/index.ts'
import {
  collectionPrefix,
  counterKey,
  plainValue,
  readPlainValue,
  stateError,
  type TreeName,
  valueVersion,
} from '../state/index.ts'

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
  /** What the keys of its records begin with. */
  readonly prefix: Uint8Array
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
  /** What must be found elsewhere because a record is there. @throws as `decode` */
  readonly consequences: (bytes: Uint8Array) => Consequences
}

/** What hangs on one record: its own key, the index entries that lead to it, where it counts, which bytes it is about. */
export type Consequences = {
  readonly record: Uint8Array
  readonly indexes: readonly Uint8Array[]
  /** Keys of the counters' leaves. */
  readonly counters: readonly Uint8Array[]
  /** SHA-256 of kept bytes. */
  readonly blobs: readonly Uint8Array[]
}

/** A collection as the host sees it, whatever its values are. */
export type AnyCollection = Pick<Collection<never>, 'module' | 'name' | 'tree' | 'schema' | 'version' | 'consequences'>

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
  /** The digests of kept bytes that a value is about: as long as it is there, so are they. */
  readonly blobs?: (value: ValueOf<Schema>) => readonly Uint8Array[]
}): Collection<ValueOf<Schema>, Index, Counter> {
  const earlier = declaration.earlier ?? []
  const version = earlier.length + 1
  // A block reads the same few rows (parameters, members) for each of its items; values are never changed in place.
  const decoded = new WeakMap<Uint8Array, { readonly value: ValueOf<Schema> }>()
  const read = (bytes: Uint8Array): ValueOf<Schema> => {
    try {
      return readUp(declaration.value, version, earlier, bytes) as ValueOf<Schema>
    } catch (cause) {
      // What is stored was checked when it was written: now it is damaged, and no transaction is to blame.
      throw stateError('value-form', { size: bytes.length }, cause)
    }
  }
  const collection: Collection<ValueOf<Schema>, Index, Counter> = {
    module: declaration.module,
    name: declaration.name,
    tree: declaration.tree ?? 'records',
    prefix: collectionPrefix(declaration.module, declaration.name),
    schema: declaration.value,
    version,
    key: declaration.key,
    unique: declaration.unique ?? ({} as Record<Index, never>),
    counters: declaration.counters ?? ({} as Record<Counter, never>),
    since: declaration.since ?? {},
    encode: (value) => plainValue(declaration.value, version, value),
    decode: (bytes) => {
      const known = decoded.get(bytes)
      if (known !== undefined) return known.value
      const value = read(bytes)
      decoded.set(bytes, { value })
      return value
    },
    // Asked of each record once: what was decoded is not kept.
    consequences: (bytes) => consequencesOf(collection, declaration.blobs, bytes, read(bytes)),
  }
  return collection
}

function consequencesOf<Value, Index extends string, Counter extends string>(
  collection: Collection<Value, Index, Counter>,
  blobs: ((value: Value) => readonly Uint8Array[]) | undefined,
  bytes: Uint8Array,
  value: Value,
): Consequences {
  const version = valueVersion(bytes)
  const isKept = (name: string): boolean => version >= (collection.since[name] ?? 1)
  const indexes: Uint8Array[] = []
  for (const [name, index] of entriesOf(collection.unique)) {
    const key = isKept(name) ? index.of(value) : undefined
    if (key !== undefined) indexes.push(concat(indexPrefix(collection, name), key))
  }
  const countersOf = (): readonly Uint8Array[] => {
    const counters: Uint8Array[] = []
    for (const [name, groupOf] of entriesOf(collection.counters)) {
      const group = isKept(name) ? groupOf(value) : undefined
      if (group !== undefined) counters.push(counterKey(collection.module, collection.name, name, group))
    }
    return counters
  }
  return {
    indexes,
    blobs: blobs?.(value) ?? [],
    // Whoever fills a database asks for neither, a million times.
    get record() {
      return concat(collection.prefix, collection.key(value))
    },
    get counters() {
      return countersOf()
    },
  }
}

function entriesOf<Name extends string, Entry>(rows: Readonly<Record<Name, Entry>>): [Name, Entry][] {
  return Object.entries(rows) as [Name, Entry][]
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
export type Address = {
  readonly table: 'records' | 'indexes'
  readonly key: Uint8Array
  /** The key as text: what a table's map goes by. */
  readonly id: string
}

/** The address of a row by its table and its whole key. */
export function addressOf(table: Address['table'], key: Uint8Array): Address {
  return { table, key, id: toHex(key) }
}

/** The address of a record. */
export function recordAddress<Value>(collection: Collection<Value>, key: Uint8Array): Address {
  return addressOf('records', concat(collection.prefix, key))
}

/** The address of an index entry; reading it includes reading the record that it leads to. */
export function indexAddress<Value, Index extends string>(
  collection: Collection<Value, Index>,
  index: Index,
  key: Uint8Array,
): Address {
  return addressOf('indexes', concat(indexPrefix(collection, index), key))
}

/** Prefixes of index keys by their names: as many as the program declares. */
const indexPrefixes = new Map<string, Uint8Array>()

/** What the keys of an index begin with. The bytes are shared: never change them. */
export function indexPrefix(
  { module, name }: { readonly module: string; readonly name: string },
  index: string,
): Uint8Array {
  const place = `${module}/${name}/${index}`
  const known = indexPrefixes.get(place)
  if (known !== undefined) return known
  const prefix = lengthPrefixed(utf8(module), utf8(name), utf8(index))
  indexPrefixes.set(place, prefix)
  return prefix
}
