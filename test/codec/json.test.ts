import { describe, expect, it } from 'vitest'
import {
  Bytes,
  Flag,
  fromJson,
  type JsonValue,
  List,
  Optional,
  Row,
  Struct,
  Text,
  toJson,
  Unsigned64,
  Whole,
} from '../../src/codec/index.ts'
import { refusalOf } from './refusal.ts'

const schema = Struct({
  name: Text({ maximum: 10 }),
  digest: Bytes({ maximum: 4 }),
  time: Unsigned64,
  count: Whole({ maximum: 10 }),
  open: Flag,
  rows: List(Row({ at: Unsigned64, note: Optional(Text({ maximum: 4 })) }), { maximum: 3 }),
  absent: Optional(Whole({ maximum: 1 })),
})
const value = {
  name: 'a',
  digest: Uint8Array.of(0, 255),
  time: 2n ** 64n - 1n,
  count: 3,
  open: false,
  rows: [{ at: 1n, note: 'x' }, { at: 2n }],
}

describe('toJson', () => {
  it('shows bytes as hexadecimal, 64-bit integers as decimal text, rows by the names of their fields', () => {
    expect(toJson(schema, value)).toEqual({
      name: 'a',
      digest: '00ff',
      time: '18446744073709551615',
      count: 3,
      open: false,
      rows: [{ at: '1', note: 'x' }, { at: '2' }],
    })
  })

  it('leaves absent fields out, given as undefined or not at all', () => {
    expect(toJson(schema, { ...value, absent: undefined })).not.toHaveProperty('absent')
    expect(toJson(schema, { ...value, absent: 1 })).toHaveProperty('absent', 1)
  })

  it('is text for JSON.stringify, whatever the value', () => {
    expect(JSON.parse(JSON.stringify(toJson(schema, value)))).toEqual(toJson(schema, value))
  })

  it.each([
    ['a value of another type', { ...value, time: 5 }, 'codec.schema'],
    ['a field that no schema has', { ...value, secret: 'x' }, 'codec.unknown-field'],
    ['a value without a field', { ...value, name: undefined }, 'codec.missing-field'],
  ])('refuses %s', (_, other, code) => {
    expect(refusalOf(() => toJson(schema, other))).toBe(code)
  })
})

describe('fromJson', () => {
  const shown = toJson(schema, value) as { readonly [field: string]: JsonValue }

  it('reads what `toJson` shows, and whole numbers for 64-bit integers', () => {
    expect(fromJson(schema, shown)).toEqual(value)
    expect(fromJson(schema, { ...shown, time: 5 })).toMatchObject({ time: 5n })
  })

  it.each<[string, JsonValue, string]>([
    ['text for a list', { ...shown, rows: 'x' }, 'codec.schema'],
    ['a list for an object', [], 'codec.schema'],
    ['nothing', null, 'codec.schema'],
    ['upper-case hexadecimal', { ...shown, digest: '00FF' }, 'codec.schema'],
    ['half a byte', { ...shown, digest: '00f' }, 'codec.schema'],
    ['a fraction', { ...shown, time: 1.5 }, 'codec.schema'],
    ['a number that JSON does not hold exactly', { ...shown, time: 2 ** 60 }, 'codec.schema'],
    ['a number beyond 64 bits', { ...shown, time: '18446744073709551616' }, 'codec.schema'],
    ['a negative number', { ...shown, time: '-1' }, 'codec.schema'],
    ['a leading zero', { ...shown, time: '01' }, 'codec.schema'],
    ['null for an absent field', { ...shown, absent: null }, 'codec.schema'],
    ['a field that no schema has', { ...shown, secret: {} }, 'codec.unknown-field'],
    ['a field of every object', JSON.parse('{"__proto__":{"name":"a"}}'), 'codec.unknown-field'],
    ['too little', { name: 'a' }, 'codec.missing-field'],
  ])('refuses %s', (_, other, code) => {
    expect(refusalOf(() => fromJson(schema, other))).toBe(code)
  })
})
