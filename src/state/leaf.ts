/**
 * What a leaf's key and value look like as bytes. Both are part of the ledger's contract: they never change.
 *
 *     key   = len module | len collection | part | rest     module and collection as UTF-8, each led by its length in one byte
 *     part  = 00 a record                                    rest = the record's key
 *             01 a counter                                   rest = len counter name | group key
 *     value = kind | version | content                       kind 00: content is the value's CBOR, a counter's is
 *                                                            its number in eight bytes, version 01
 *                                                            kind 01: content is H(salt | CBOR), the value is private
 */
import {
  concat,
  decodeAs,
  encodeUnknown,
  lengthPrefixed,
  type TSchema,
  uint64Bytes,
  utf8,
  type ValueOf,
} from '../codec/index.ts'
import { stateError } from './errors.ts'
import { minimumValueBytes } from './limits.ts'

export const part = { record: 0, counter: 1 } as const
export const kind = { plain: 0, private: 1 } as const
const counterVersion = 1

/** The key of a record's leaf. */
export function recordKey(module: string, collection: string, key: Uint8Array): Uint8Array {
  return concat(collectionPrefix(module, collection), key)
}

/** What the keys of all records of a collection begin with. The bytes are shared: never change them. */
export function collectionPrefix(module: string, collection: string): Uint8Array {
  return prefixOf(part.record, module, collection)
}

/** The key of a counter's leaf. */
export function counterKey(module: string, collection: string, counter: string, group: Uint8Array): Uint8Array {
  return concat(prefixOf(part.counter, module, collection, counter), group)
}

/** Prefixes by their names: there are as many as the program declares, and each is needed thousands of times a block. */
const prefixes = new Map<string, Uint8Array>()

/** `counter` is undefined for a record's leaf. */
function prefixOf(kindOfLeaf: number, module: string, collection: string, counter?: string): Uint8Array {
  const place = counter === undefined ? `${module}/${collection}` : `${module}/${collection}/${counter}`
  const known = prefixes.get(place)
  if (known !== undefined) return known
  const head = lengthPrefixed(utf8(module), utf8(collection))
  const name = counter === undefined ? new Uint8Array(0) : lengthPrefixed(utf8(counter))
  const prefix = concat(head, Uint8Array.of(kindOfLeaf), name)
  prefixes.set(place, prefix)
  return prefix
}

/** The value of a plain leaf. `version` is the collection's, 1 to 255. @throws codec.schema and its kin */
export function plainValue(schema: TSchema, version: number, value: unknown): Uint8Array {
  if (!Number.isInteger(version) || version < 1 || version > 255)
    throw new TypeError(`${version} is no version of a value`)
  return concat(Uint8Array.of(kind.plain, version), encodeUnknown(schema, value))
}

/** The version of a plain leaf's value. @throws state.value-form */
export function valueVersion(value: Uint8Array): number {
  if (value.length < minimumValueBytes || value[0] !== kind.plain || value[1] === 0)
    throw stateError('value-form', { size: value.length })
  return value[1]!
}

/** Reads a plain leaf's value of a known version. @throws state.value-form, state.value-version and codes of `codec` */
export function readPlainValue<Schema extends TSchema>(
  schema: Schema,
  version: number,
  value: Uint8Array,
): ValueOf<Schema> {
  const found = valueVersion(value)
  if (found !== version) throw stateError('value-version', { found, version })
  return decodeAs(schema, value.subarray(2))
}

/** The value of a counter's leaf: its content is eight bytes, big-endian. @throws TypeError below 0 and from 2^64 */
export function counterValue(count: bigint): Uint8Array {
  return concat(Uint8Array.of(kind.plain, counterVersion), uint64Bytes(count))
}

/** Reads a counter's leaf; absence is zero. @throws state.value-form */
export function readCounterValue(value: Uint8Array | null | undefined): bigint {
  if (value === null || value === undefined) return 0n
  if (value.length !== 10 || value[0] !== kind.plain || value[1] !== counterVersion) {
    throw stateError('value-form', { size: value.length })
  }
  return new DataView(value.buffer, value.byteOffset).getBigUint64(2)
}
