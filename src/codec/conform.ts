/**
 * Between a schema's values and CBOR, in both directions with the same checks: what this node writes is what it reads.
 */
import type { TSchema } from 'typebox'
import { utf8Length } from './bytes.ts'
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { codecError } from './errors.ts'
import type { DeepReadonly, Static, ValueOf } from './schema.ts'

/** The part of JSON Schema that this codec knows; `schema.ts` makes no other. */
type Shape =
  | { type: 'bytes'; minLength: number; maxLength: number }
  | { type: 'unsigned64' }
  | { type: 'string'; enum: readonly string[] }
  | { type: 'string'; enum?: undefined; minLength: number; maxLength: number; pattern?: string }
  | { type: 'integer'; minimum: number; maximum: number }
  | { type: 'boolean' }
  | { type: 'array'; items: Shape; minItems: number; maxItems: number }
  | ObjectShape
type ObjectShape = {
  type: 'object'
  layout: 'map' | 'array'
  properties: Record<string, Shape>
  required?: readonly string[]
}

/** The deterministic bytes of a value. @throws codec.schema, codec.unknown-field, codec.missing-field */
export function encodeAs<Schema extends TSchema>(schema: Schema, value: DeepReadonly<Static<Schema>>): Uint8Array {
  return encodeCbor(lower(shapeOf(schema), value, '$'))
}

/** The value of deterministic bytes; byte strings in it are views of the input. @throws every code of `codec` */
export function decodeAs<Schema extends TSchema>(schema: Schema, bytes: Uint8Array): ValueOf<Schema> {
  const shape = shapeOf(schema)
  return raise(shape, decodeCbor(bytes, undefined, itemsOf(shape)), '$') as ValueOf<Schema>
}

/** `encodeAs` where the static type is out of reach of the compiler; the check at run time is the same. */
export function encodeUnknown(schema: TSchema, value: unknown): Uint8Array {
  return encodeCbor(lower(shapeOf(schema), value, '$'))
}

/** Checks a decoded item against a schema: for callers that hold CBOR already. */
export function conform<Schema extends TSchema>(schema: Schema, item: CborValue): ValueOf<Schema> {
  return raise(shapeOf(schema), item, '$') as ValueOf<Schema>
}

/** The CBOR item of a value: for callers that nest it. */
export function toCbor<Schema extends TSchema>(schema: Schema, value: DeepReadonly<Static<Schema>>): CborValue {
  return lower(shapeOf(schema), value, '$')
}

// A TSchema is an open type: this is the one place where it is narrowed to the kinds that schema.ts makes.
function shapeOf(schema: TSchema): Shape {
  return schema as unknown as Shape
}

function lower(shape: Shape, value: unknown, path: string): CborValue {
  if (shape.type === 'object') return lowerObject(shape, value, path)
  if (shape.type === 'array') {
    if (!Array.isArray(value)) throw codecError('schema', { path, expected: expectation(shape) })
    const items = Array.from(value, (item, index) => lower(shape.items, item, `${path}[${index}]`))
    return checked(shape, items, path)
  }
  // Read back it is a `bigint`, so it goes in as one.
  if (shape.type === 'unsigned64' && typeof value !== 'bigint') {
    throw codecError('schema', { path, expected: `${expectation(shape)}, as a bigint` })
  }
  return checked(shape, value, path)
}

function lowerObject(shape: ObjectShape, value: unknown, path: string): CborValue {
  if (!isPlainObject(value)) throw codecError('schema', { path, expected: 'a plain object' })
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(shape.properties, field)) throw codecError('unknown-field', { path, field })
  }
  const row: CborValue[] = []
  const map = new Map<string, CborValue>()
  for (const [field, inner] of Object.entries(shape.properties)) {
    const held = Object.hasOwn(value, field) ? value[field] : undefined
    if (held === undefined && isRequired(shape, field)) throw codecError('missing-field', { path, field })
    const item = held === undefined ? undefined : lower(inner, held, `${path}.${field}`)
    if (shape.layout === 'array') row.push(item ?? null)
    else if (item !== undefined) map.set(field, item)
  }
  return shape.layout === 'array' ? row : map
}

/** A Map, an array or bytes would pass as an object without fields, and be written as one. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function raise(shape: Shape, item: CborValue, path: string): unknown {
  if (shape.type === 'object') return shape.layout === 'map' ? raiseMap(shape, item, path) : raiseRow(shape, item, path)
  const sound = checked(shape, item, path)
  if (shape.type === 'array') {
    return (sound as readonly CborValue[]).map((inner, index) => raise(shape.items, inner, `${path}[${index}]`))
  }
  return shape.type === 'unsigned64' ? BigInt(sound as number | bigint) : sound
}

function raiseMap(shape: ObjectShape, item: CborValue, path: string): unknown {
  if (!(item instanceof Map)) throw codecError('schema', { path, expected: 'a map' })
  const map: CborMap = item
  for (const field of map.keys()) {
    if (typeof field !== 'string' || !Object.hasOwn(shape.properties, field)) {
      throw codecError('unknown-field', { path, field: String(field) })
    }
  }
  const value: Record<string, unknown> = {}
  for (const [field, inner] of Object.entries(shape.properties)) {
    const held = map.get(field)
    if (held !== undefined) value[field] = raise(inner, held, `${path}.${field}`)
    else if (isRequired(shape, field)) throw codecError('missing-field', { path, field })
  }
  return value
}

function raiseRow(shape: ObjectShape, item: CborValue, path: string): unknown {
  const fields = Object.entries(shape.properties)
  if (!Array.isArray(item) || item.length !== fields.length) {
    throw codecError('schema', { path, expected: `an array of ${fields.length}` })
  }
  const value: Record<string, unknown> = {}
  for (const [index, [field, inner]] of fields.entries()) {
    const held = item[index] as CborValue
    if (held !== null) value[field] = raise(inner, held, `${path}.${field}`)
    else if (isRequired(shape, field)) throw codecError('missing-field', { path, field })
  }
  return value
}

function isRequired(shape: ObjectShape, field: string): boolean {
  return shape.required?.includes(field) ?? false
}

const itemCounts = new WeakMap<Shape, number>()

/** The most CBOR items that a value of the shape has: more are refused before they cost memory. */
function itemsOf(shape: Shape): number {
  const known = itemCounts.get(shape)
  if (known !== undefined) return known
  let count = 1
  if (shape.type === 'array') count += shape.maxItems * itemsOf(shape.items)
  if (shape.type === 'object') {
    for (const inner of Object.values(shape.properties)) count += itemsOf(inner) + (shape.layout === 'map' ? 1 : 0)
  }
  itemCounts.set(shape, count)
  return count
}

function checked(shape: Exclude<Shape, ObjectShape>, item: unknown, path: string): CborValue {
  if (!holds(shape, item)) throw codecError('schema', { path, expected: expectation(shape) })
  return item
}

function holds(shape: Exclude<Shape, ObjectShape>, item: unknown): item is CborValue {
  switch (shape.type) {
    case 'bytes':
      return item instanceof Uint8Array && item.length >= shape.minLength && item.length <= shape.maxLength
    case 'unsigned64':
      return (isExactInteger(item) || typeof item === 'bigint') && item >= 0 && item < 1n << 64n
    case 'string':
      return typeof item === 'string' && (shape.enum !== undefined ? shape.enum.includes(item) : textHolds(shape, item))
    case 'integer':
      return isExactInteger(item) && item >= shape.minimum && item <= shape.maximum
    case 'boolean':
      return typeof item === 'boolean'
    case 'array':
      return Array.isArray(item) && item.length >= shape.minItems && item.length <= shape.maxItems
  }
}

/** CBOR has no -0 among its integers. */
function isExactInteger(item: unknown): item is number {
  return Number.isSafeInteger(item) && !Object.is(item, -0)
}

const patterns = new Map<string, RegExp>()

function textHolds(shape: { minLength: number; maxLength: number; pattern?: string }, text: string): boolean {
  // UTF-8 has at least one byte for each UTF-16 unit: a text that can't fit is refused without reading it.
  if (text.length > shape.maxLength || !text.isWellFormed()) return false
  const size = utf8Length(text)
  if (size < shape.minLength || size > shape.maxLength) return false
  const source = shape.pattern ?? '^[^\\x00-\\x1f\\x7f-\\x9f]*$'
  let pattern = patterns.get(source)
  if (pattern === undefined) {
    pattern = new RegExp(source)
    patterns.set(source, pattern)
  }
  return pattern.test(text)
}

function expectation(shape: Exclude<Shape, ObjectShape>): string {
  switch (shape.type) {
    case 'bytes':
      return shape.minLength === shape.maxLength
        ? `${shape.minLength} bytes`
        : `${shape.minLength} to ${shape.maxLength} bytes`
    case 'unsigned64':
      return 'an integer from 0 to 2^64 - 1'
    case 'string':
      if (shape.enum !== undefined) return `one of ${shape.enum.join(', ')}`
      return `text of ${shape.minLength} to ${shape.maxLength} bytes${shape.pattern === undefined ? '' : ` like ${shape.pattern}`}`
    case 'integer':
      return `an integer from ${shape.minimum} to ${shape.maximum}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `an array of ${shape.minItems} to ${shape.maxItems} items`
  }
}
