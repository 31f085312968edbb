/** Values in JSON, for people and for programs that have no CBOR. Nothing on chain is ever decided by it. */
import type { TSchema } from 'typebox'
import { fromHex, toHex } from './bytes.ts'
import { encodeUnknown } from './conform.ts'
import { codecError } from './errors.ts'
import { type Shape, shapeOf } from './shape.ts'

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [field: string]: JsonValue }

/**
 * A value of a schema as JSON: bytes become lower-case hexadecimal, 64-bit integers decimal strings, absent fields stay
 * absent. Rows and structs both become objects.
 * @throws codec.schema, codec.unknown-field, codec.missing-field when it is no value of the schema
 */
export function toJson(schema: TSchema, value: unknown): JsonValue {
  encodeUnknown(schema, value)
  return viewOf(value)
}

function viewOf(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(viewOf)
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, held]) => held !== undefined)
    return Object.fromEntries(fields.map(([field, held]) => [field, viewOf(held)]))
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new TypeError(`a ${typeof value} is in no schema`)
}

/**
 * The way back, for what a person wrote: hexadecimal becomes bytes, decimal text and whole numbers 64-bit integers. The
 * result is a value of the schema.
 * @throws codec.schema, codec.unknown-field, codec.missing-field when it is none
 */
export function fromJson(schema: TSchema, value: JsonValue): unknown {
  const found = readJson(shapeOf(schema), value, '$')
  encodeUnknown(schema, found)
  return found
}

function readJson(shape: Shape, value: JsonValue, path: string): unknown {
  if (shape.type === 'bytes') {
    if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value)) {
      throw codecError('schema', { path, expected: 'bytes in lower-case hexadecimal' })
    }
    return fromHex(value)
  }
  if (shape.type === 'unsigned64') {
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
    if (typeof text !== 'string' || !/^(0|[1-9][0-9]{0,19})$/.test(text)) {
      throw codecError('schema', { path, expected: 'a whole number, from 2^53 on as decimal text' })
    }
    return BigInt(text)
  }
  if (shape.type === 'array' && Array.isArray(value)) {
    return value.map((item: JsonValue, index) => readJson(shape.items, item, `${path}[${index}]`))
  }
  if (shape.type !== 'object' || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value).map(([name, field]: readonly [string, JsonValue]) => {
    const inner = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined
    return [name, inner === undefined ? field : readJson(inner, field, `${path}.${name}`)] as const
  })
  return Object.fromEntries(fields)
}
