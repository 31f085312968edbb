/** Values in JSON, for people and for programs that have no CBOR. A one-way street: nothing is decided by it. */
import type { TSchema } from 'typebox'
import { toHex } from './bytes.ts'
import { encodeUnknown } from './conform.ts'

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
