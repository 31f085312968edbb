/**
 * The words in which a value on chain is described. Each is a TypeBox schema, so that one declaration gives the
 * TypeScript type, the check, the bytes and the reference.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox'

export type { Static, TSchema } from 'typebox'

/** A struct is written as a map with text keys: what people and other implementations write by hand. */
export function Struct<Fields extends TProperties>(fields: Fields) {
  return Type.Object(plainlyNamed(fields), { additionalProperties: false, layout: 'map' })
}

/** A row is written as an array in field order: what is stored and proven, where each byte is paid for a million times. */
export function Row<Fields extends TProperties>(fields: Fields) {
  return Type.Object(plainlyNamed(fields), { additionalProperties: false, layout: 'array' })
}

// JavaScript lists names like `1` before all others, which would move fields of a row; and an absent optional field
// called `constructor` would be read from the prototype.
function plainlyNamed<Fields extends TProperties>(fields: Fields): Fields {
  for (const name of Object.keys(fields)) {
    if (/^\d/.test(name) || name in Object.prototype) throw new TypeError(`${name} can't be the name of a field`)
  }
  return fields
}

/** A field that may be absent: left out of a struct, null in a row. */
export const Optional = Type.Optional

export function Bytes(bounds: { readonly minimum?: number; readonly maximum: number }) {
  return Type.Unsafe<Uint8Array>({ type: 'bytes', minLength: bounds.minimum ?? 0, maxLength: bounds.maximum })
}

export function FixedBytes(length: number) {
  return Bytes({ minimum: length, maximum: length })
}

/** SHA-256. */
export const DigestBytes = FixedBytes(32)

/** UTF-8 text; bounds are in UTF-8 bytes. Without `pattern`, control characters (C0, DEL, C1) are refused. A pattern is
 * matched without flags, on UTF-16 units: `\p` and `\s` have no place in it, since Unicode tables differ between engines. */
export function Text(bounds: { readonly minimum?: number; readonly maximum: number; readonly pattern?: string }) {
  return Type.String({
    minLength: bounds.minimum ?? 1,
    maxLength: bounds.maximum,
    ...(bounds.pattern === undefined ? {} : { pattern: bounds.pattern }),
  })
}

/** An exact integer that fits `number`. */
export function Whole(bounds: { readonly minimum?: number; readonly maximum: number }) {
  return Type.Integer({ minimum: bounds.minimum ?? 0, maximum: bounds.maximum })
}

/** 0 to 2^64 - 1 as `bigint`: heights, milliseconds, amounts. */
export const Unsigned64 = Type.Unsafe<bigint>({ type: 'unsigned64' })

export const Flag = Type.Boolean()

export function List<Item extends TSchema>(
  item: Item,
  bounds: { readonly minimum?: number; readonly maximum: number },
) {
  return Type.Array(item, { minItems: bounds.minimum ?? 0, maxItems: bounds.maximum })
}

/** One of a few fixed words. */
export function Word<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] })
}

/** The static type, read-only all the way down: values are shared between readers and never changed in place. */
export type ValueOf<Schema extends TSchema> = DeepReadonly<Static<Schema>>

export type DeepReadonly<Value> = Value extends Uint8Array | bigint | string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
