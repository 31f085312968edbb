/** What a schema says, in the form that the codec works with, and the checks of single values. */
import type { TSchema } from 'typebox'
import { compareBytes, utf8Length } from './bytes.ts'
import { type CborValue, encodeCbor } from './cbor.ts'

/** The part of JSON Schema that this codec knows; `schema.ts` makes no other. */
export type Shape =
  | { type: 'bytes'; minLength: number; maxLength: number }
  | { type: 'unsigned64' }
  | { type: 'string'; enum: readonly string[] }
  | { type: 'string'; enum?: undefined; minLength: number; maxLength: number; pattern?: string }
  | { type: 'integer'; minimum: number; maximum: number }
  | { type: 'boolean' }
  | { type: 'array'; items: Shape; minItems: number; maxItems: number }
  | ObjectShape
export type ObjectShape = {
  type: 'object'
  layout: 'map' | 'array'
  properties: Record<string, Shape>
  required?: readonly string[]
}

// A TSchema is an open type: this is the one place where it is narrowed to the kinds that schema.ts makes.
export function shapeOf(schema: TSchema): Shape {
  return schema as unknown as Shape
}

/** One field of an object; `key` is its name as CBOR. */
export type Field = {
  readonly name: string
  readonly key: Uint8Array
  readonly shape: Shape
  readonly isRequired: boolean
}

const fieldsByShape = new WeakMap<ObjectShape, readonly Field[]>()

/** The fields in the order in which they are written: a map's by their encoded names (RFC 8949 section 4.2.1), a row's as declared. */
export function fieldsOf(shape: ObjectShape): readonly Field[] {
  const known = fieldsByShape.get(shape)
  if (known !== undefined) return known
  const fields = Object.entries(shape.properties).map(([name, inner]) => {
    return { name, key: encodeCbor(name), shape: inner, isRequired: shape.required?.includes(name) ?? false }
  })
  if (shape.layout === 'map') fields.sort((a, b) => compareBytes(a.key, b.key))
  fieldsByShape.set(shape, fields)
  return fields
}

const itemCounts = new WeakMap<Shape, number>()

/** The most CBOR items that a value of the shape has: more are refused before they cost memory. */
export function itemsOf(shape: Shape): number {
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

const beyondUnsigned64 = 1n << 64n

/** Whether a value is of a shape; of an array, whether it is one of the right length. */
export function holds(shape: Exclude<Shape, ObjectShape>, item: unknown): item is CborValue {
  switch (shape.type) {
    case 'bytes':
      return item instanceof Uint8Array && item.length >= shape.minLength && item.length <= shape.maxLength
    case 'unsigned64':
      return (isExactInteger(item) || typeof item === 'bigint') && item >= 0 && item < beyondUnsigned64
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

/** A shape in words, for a message. */
export function expectation(shape: Exclude<Shape, ObjectShape>): string {
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
