/**
 * Between a schema's values and CBOR, in both directions with the same checks: what this node writes is what it reads.
 */
import type { TSchema } from 'typebox'
import { type CborMap, type CborValue, CborWriter, decodeCbor } from './cbor.ts'
import { codecError } from './errors.ts'
import type { DeepReadonly, Static, ValueOf } from './schema.ts'
import { expectation, type Field, fieldsOf, holds, itemsOf, type ObjectShape, type Shape, shapeOf } from './shape.ts'

/** The deterministic bytes of a value. @throws codec.schema, codec.unknown-field, codec.missing-field */
export function encodeAs<Schema extends TSchema>(schema: Schema, value: DeepReadonly<Static<Schema>>): Uint8Array {
  return encodeUnknown(schema, value)
}

/** `encodeAs` where the static type is out of reach of the compiler; the check at run time is the same. */
export function encodeUnknown(schema: TSchema, value: unknown): Uint8Array {
  const writer = new CborWriter()
  place.length = 0
  write(writer, shapeOf(schema), value)
  return writer.finish()
}

/** The value of deterministic bytes; byte strings in it are views of the input. @throws every code of `codec` */
export function decodeAs<Schema extends TSchema>(schema: Schema, bytes: Uint8Array): ValueOf<Schema> {
  const shape = shapeOf(schema)
  return read(schema, decodeCbor(bytes, undefined, itemsOf(shape)))
}

/** Checks a decoded item against a schema: for callers that hold CBOR already. */
export function conform<Schema extends TSchema>(schema: Schema, item: CborValue): ValueOf<Schema> {
  return read(schema, item)
}

/** The CBOR item of a value: for callers that nest it. */
export function toCbor<Schema extends TSchema>(schema: Schema, value: DeepReadonly<Static<Schema>>): CborValue {
  return decodeCbor(encodeAs(schema, value))
}

function read<Schema extends TSchema>(schema: Schema, item: CborValue): ValueOf<Schema> {
  place.length = 0
  return raise(shapeOf(schema), item) as ValueOf<Schema>
}

/**
 * Where the value being worked on stands, outermost step first, for messages. One for all: no conversion begins inside
 * another, and a text for each value would cost more than its encoding.
 */
const place: (string | number)[] = []

function pathOf(): string {
  return place.reduce<string>((path, step) => path + (typeof step === 'number' ? `[${step}]` : `.${step}`), '$')
}

function refuse(expected: string): never {
  throw codecError('schema', { path: pathOf(), expected })
}

function write(writer: CborWriter, shape: Shape, value: unknown): void {
  if (shape.type === 'object') writeObject(writer, shape, value)
  else if (!holds(shape, value)) refuse(expectation(shape))
  else if (shape.type === 'array') writeArray(writer, shape.items, value as readonly unknown[])
  // Read back it is a `bigint`, so it goes in as one.
  else if (shape.type === 'unsigned64' && typeof value !== 'bigint') refuse(`${expectation(shape)}, as a bigint`)
  else writer.value(value, place.length)
}

function writeArray(writer: CborWriter, shape: Shape, values: readonly unknown[]): void {
  writer.array(values.length)
  for (let index = 0; index < values.length; index++) {
    place.push(index)
    write(writer, shape, values[index])
    place.pop()
  }
}

function writeObject(writer: CborWriter, shape: ObjectShape, value: unknown): void {
  if (!isPlainObject(value)) refuse('a plain object')
  for (const name in value) requireKnown(shape, name)
  const fields = fieldsOf(shape)
  const isMap = shape.layout === 'map'
  if (isMap) writer.map(countHeld(fields, value))
  else writer.array(fields.length)
  for (let index = 0; index < fields.length; index++) {
    const { name, key, shape: inner, isRequired } = fields[index]!
    const held = heldIn(value, name)
    if (held === undefined) {
      if (isRequired) throw codecError('missing-field', { path: pathOf(), field: name })
      if (!isMap) writer.value(null, place.length)
      continue
    }
    if (isMap) writer.raw(key)
    place.push(name)
    write(writer, inner, held)
    place.pop()
  }
}

function countHeld(fields: readonly Field[], value: Record<string, unknown>): number {
  let count = 0
  for (let index = 0; index < fields.length; index++) if (heldIn(value, fields[index]!.name) !== undefined) count++
  return count
}

function heldIn(value: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(value, field) ? value[field] : undefined
}

/** A Map, an array or bytes would pass as an object without fields, and be written as one. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** @throws codec.unknown-field */
function requireKnown(shape: ObjectShape, field: unknown): void {
  if (typeof field === 'string' && Object.hasOwn(shape.properties, field)) return
  throw codecError('unknown-field', { path: pathOf(), field: String(field) })
}

function raise(shape: Shape, item: CborValue): unknown {
  if (shape.type === 'object') return shape.layout === 'map' ? raiseMap(shape, item) : raiseRow(shape, item)
  if (!holds(shape, item)) refuse(expectation(shape))
  if (shape.type === 'array') return raiseArray(shape.items, item as readonly CborValue[])
  return shape.type === 'unsigned64' ? BigInt(item as number | bigint) : item
}

function raiseArray(shape: Shape, items: readonly CborValue[]): unknown[] {
  return items.map((inner, index) => {
    place.push(index)
    const value = raise(shape, inner)
    place.pop()
    return value
  })
}

function raiseMap(shape: ObjectShape, item: CborValue): unknown {
  if (!(item instanceof Map)) refuse('a map')
  const map: CborMap = item
  for (const name of map.keys()) requireKnown(shape, name)
  const value: Record<string, unknown> = {}
  for (const { name, shape: inner, isRequired } of fieldsOf(shape)) {
    const held = map.get(name)
    if (held !== undefined) value[name] = raiseField(inner, held, name)
    else if (isRequired) throw codecError('missing-field', { path: pathOf(), field: name })
  }
  return value
}

function raiseRow(shape: ObjectShape, item: CborValue): unknown {
  const fields = fieldsOf(shape)
  if (!Array.isArray(item) || item.length !== fields.length) refuse(`an array of ${fields.length}`)
  const value: Record<string, unknown> = {}
  for (let index = 0; index < fields.length; index++) {
    const { name, shape: inner, isRequired } = fields[index]!
    const held: CborValue = item[index]
    if (held !== null) value[name] = raiseField(inner, held, name)
    else if (isRequired) throw codecError('missing-field', { path: pathOf(), field: name })
  }
  return value
}

function raiseField(shape: Shape, item: CborValue, name: string): unknown {
  place.push(name)
  const value = raise(shape, item)
  place.pop()
  return value
}
