import { encode as encodeCborg, rfc8949EncodeOptions } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Bytes,
  type CborValue,
  conform,
  DigestBytes,
  decodeAs,
  decodeCbor,
  encodeAs,
  encodeCbor,
  encodeUnknown,
  FixedBytes,
  Flag,
  List,
  Optional,
  Row,
  type Static,
  Struct,
  Text,
  type TSchema,
  toCbor,
  toHex,
  Unsigned64,
  utf8,
  Whole,
  Word,
} from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { refusalOf } from './refusal.ts'
import { anyValue } from './values.ts'

const Device = Struct({
  digest: DigestBytes,
  name: Text({ maximum: 12 }),
  state: Word('active', 'held'),
  at: Unsigned64,
  count: Whole({ maximum: Number.MAX_SAFE_INTEGER }),
  open: Flag,
  parts: List(Row({ kind: Whole({ minimum: -5, maximum: 5 }), note: Optional(Text({ maximum: 5 })) }), { maximum: 3 }),
  extra: Optional(Bytes({ maximum: 4 })),
})
type Device = Static<typeof Device>
const device: Device = {
  digest: new Uint8Array(32).fill(7),
  name: 'M\u00fcller',
  state: 'active',
  at: 1_700_000_000_000n,
  count: 3,
  open: true,
  parts: [{ kind: -5, note: 'hello' }, { kind: 5 }],
}

/** The device as CBOR, with some fields in other form, or left out where the form is undefined. */
function deviceItem(
  changes: { readonly [Field in keyof Device]?: CborValue | undefined } & { [other: string]: unknown } = {},
) {
  const item = new Map(toCbor(Device, device) as ReadonlyMap<string, CborValue>)
  for (const [field, form] of Object.entries(changes)) {
    if (form === undefined) item.delete(field)
    else item.set(field, form as CborValue)
  }
  return item
}
const isControl = (character: string) => character < ' ' || (character >= '\x7f' && character <= '\x9f')
const readRefusal = (schema: TSchema, item: CborValue) => refusalOf(() => decodeAs(schema, encodeCbor(item)))
const writeRefusal = (schema: TSchema, value: unknown) => refusalOf(() => encodeUnknown(schema, value))

describe('a value of a schema', () => {
  it('is written as a map of its fields and arrays of its rows, and comes back', () => {
    const bytes = encodeAs(Device, device)
    const independent = {
      ...device,
      parts: [
        [-5, 'hello'],
        [5, null],
      ],
    }
    expect(toHex(bytes)).toBe(toHex(encodeCborg(independent, rfc8949EncodeOptions)))
    expect(decodeAs(Device, bytes)).toEqual(device)
    expect(conform(Device, decodeCbor(bytes))).toEqual(device)
  })

  it('comes back for any values of the fields', () => {
    const text = (maximum: number) =>
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: maximum })
        .filter((held) => utf8(held).length <= maximum && ![...held].some(isControl))
    const part = fc.oneof(
      fc.record({ kind: fc.integer({ min: -5, max: 5 }), note: text(5) }),
      fc.record({ kind: fc.integer({ min: -5, max: 5 }) }),
    )
    const anyDevice = fc.record(
      {
        digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        name: text(12),
        state: fc.constantFrom('active' as const, 'held' as const),
        at: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        count: fc.maxSafeNat(),
        open: fc.boolean(),
        parts: fc.array(part, { maxLength: 3 }),
        extra: fc.uint8Array({ maxLength: 4 }),
      },
      { requiredKeys: ['digest', 'name', 'state', 'at', 'count', 'open', 'parts'] },
    )
    fc.assert(
      fc.property(anyDevice, (value) => {
        const bytes = encodeAs(Device, value)
        expect(decodeAs(Device, bytes)).toEqual(value)
        expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes))
      }),
      { numRuns: 500 },
    )
  })

  it('is the only thing taken: what is accepted of any item encodes to the same bytes', () => {
    const anyItem = fc.oneof(
      anyValue,
      fc
        .record({ field: fc.constantFrom(...Object.keys(device), 'other', '__proto__'), form: anyValue })
        .map(({ field, form }) => deviceItem().set(field, form)),
    )
    fc.assert(
      fc.property(anyItem, (item) => {
        const bytes = encodeCbor(item)
        let value: ReturnType<typeof decodeAs<typeof Device>>
        try {
          value = decodeAs(Device, bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CommonrootError)
          return
        }
        expect(toHex(encodeAs(Device, value))).toBe(toHex(bytes))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the fields of a struct', () => {
  it.each(['other', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Digest', 'digest '])(
    'refuses the unknown field %j when reading',
    (field) => {
      expect(readRefusal(Device, deviceItem().set(field, 1))).toBe('codec.unknown-field')
    },
  )
  it.each([0, -1, 2n ** 60n])('refuses the integer key %s', (key) => {
    expect(readRefusal(Device, new Map<string | number | bigint, CborValue>([...deviceItem(), [key, 1]]))).toBe(
      'codec.unknown-field',
    )
  })
  it('refuses unknown fields when writing, also one that JSON.parse calls __proto__', () => {
    expect(writeRefusal(Device, { ...device, other: 1 })).toBe('codec.unknown-field')
    const Empty = Struct({})
    expect(writeRefusal(Empty, JSON.parse('{"__proto__":1}'))).toBe('codec.unknown-field')
    expect(writeRefusal(Empty, { constructor: 1 })).toBe('codec.unknown-field')
  })
  it('names place and field', () => {
    expect(() => decodeAs(Device, encodeCbor(deviceItem().set('a\nb', 1)))).toThrow('at $: unknown field a\\u{a}b')
    expect(() =>
      decodeAs(
        Device,
        encodeCbor(
          deviceItem({
            parts: [
              [1, null],
              [9, null],
            ],
          }),
        ),
      ),
    ).toThrow('at $.parts[1].kind: expected an integer from -5 to 5')
  })
  it.each(Object.keys(device))('refuses to read or write without %s', (field) => {
    expect(readRefusal(Device, deviceItem({ [field]: undefined }))).toBe('codec.missing-field')
    expect(writeRefusal(Device, { ...device, [field]: undefined })).toBe('codec.missing-field')
  })
  it('takes an optional field or its absence, but not null for it', () => {
    expect(decodeAs(Device, encodeCbor(deviceItem({ extra: Uint8Array.of(1) }))).extra).toEqual(Uint8Array.of(1))
    expect(Object.hasOwn(decodeAs(Device, encodeCbor(deviceItem())), 'extra')).toBe(false)
    expect(readRefusal(Device, deviceItem({ extra: null }))).toBe('codec.schema')
    expect(writeRefusal(Device, { ...device, extra: null })).toBe('codec.schema')
    expect(toHex(encodeAs(Device, { ...device, extra: undefined } as unknown as Device))).toBe(
      toHex(encodeAs(Device, device)),
    )
  })
  it('does not read inherited fields when writing', () => {
    expect(writeRefusal(Device, Object.create(device))).toBe('codec.schema')
  })
  it.each<readonly [string, CborValue]>([
    ['an array', []],
    ['null', null],
    ['text', 'x'],
    ['bytes', new Uint8Array(1)],
  ])('refuses to read %s in place of a struct', (_, item) => {
    expect(readRefusal(Struct({ a: Optional(Flag) }), item)).toBe('codec.schema')
  })
  it.each<readonly [string, unknown]>([
    ['an array', []],
    ['null', null],
    ['undefined', undefined],
    ['a Map', new Map([['a', true]])],
    ['bytes', new Uint8Array(1)],
    ['a Date', new Date(0)],
    ['a function', () => 0],
  ])('refuses to write %s in place of a struct', (_, value) => {
    expect(writeRefusal(Struct({ a: Optional(Flag) }), value)).toBe('codec.schema')
    expect(writeRefusal(Row({ a: Optional(Flag) }), value)).toBe('codec.schema')
  })
})

describe('a row', () => {
  const Pair = Row({ a: Whole({ maximum: 9 }), b: Optional(Flag) })
  it.each<readonly [string, CborValue, string]>([
    ['too short', [1], 'codec.schema'],
    ['too long', [1, true, null], 'codec.too-many-items'],
    ['empty', [], 'codec.schema'],
    ['a map', new Map<string, CborValue>([['a', 1]]), 'codec.schema'],
    ['null for a required field', [null, true], 'codec.missing-field'],
    ['a wrong type', [true, 1], 'codec.schema'],
  ])('refuses %s', (_, item, code) => {
    expect(readRefusal(Pair, item)).toBe(code)
  })
  it('of a wrong length is refused by conform, too', () => {
    expect(refusalOf(() => conform(Pair, [1, true, null]))).toBe('codec.schema')
  })
  it('writes null for an absent optional field, and reads it as absent', () => {
    expect(toHex(encodeAs(Pair, { a: 1 }))).toBe('8201f6')
    expect(decodeAs(Pair, encodeCbor([1, null]))).toEqual({ a: 1 })
    expect(Object.hasOwn(decodeAs(Pair, encodeCbor([1, null])), 'b')).toBe(false)
  })
  it('writes fields in the order of the schema, whatever the order of the value', () => {
    const Late = Row({ z: Whole({ maximum: 9 }), a: Whole({ maximum: 9 }) })
    expect(toHex(encodeAs(Late, { a: 2, z: 1 }))).toBe('820102')
  })
  it.each(['1', '10a', 'constructor', 'toString', 'valueOf'])(
    'can have no field called %s, nor can a struct',
    (name) => {
      expect(() => Row({ [name]: Flag })).toThrow(TypeError)
      expect(() => Struct({ [name]: Flag })).toThrow(TypeError)
    },
  )
})

describe('each word of the schema', () => {
  const Control = Text({ maximum: 10 })
  const Free = Text({ minimum: 0, maximum: 10, pattern: '^.*$' })
  const Lower = Text({ maximum: 6, pattern: '^[a-z]+$' })
  const Small = Whole({ minimum: 1, maximum: 9 })
  const Any = Whole({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
  const Numbers = List(Small, { minimum: 1, maximum: 2 })

  it.each<readonly [string, TSchema, CborValue]>([
    ['text of the greatest length in bytes', Control, '\u6c34\u6c34\u6c34.'],
    ['text of the least length', Control, 'x'],
    ['empty text where it may be', Free, ''],
    ['text like a pattern', Lower, 'abc'],
    ['text beyond the basic plane', Control, '\u{1f600}'],
    ['bytes', Bytes({ minimum: 1, maximum: 2 }), Uint8Array.of(1, 2)],
    ['the least integer', Small, 1],
    ['the greatest integer', Small, 9],
    ['the greatest exact integer', Any, Number.MAX_SAFE_INTEGER],
    ['the least exact integer', Any, Number.MIN_SAFE_INTEGER],
    ['a word', Word('a', 'b'), 'b'],
    ['false', Flag, false],
    ['a list', Numbers, [1, 9]],
  ])('takes %s', (_, schema, item) => {
    const bytes = encodeUnknown(schema, item)
    expect(toHex(bytes)).toBe(toHex(encodeCbor(item)))
    expect(decodeAs(schema, bytes)).toEqual(item)
  })

  it.each<readonly [string, TSchema, CborValue]>([
    ['text of more bytes, though not of more characters', Control, '\u6c34\u6c34\u6c34..'],
    ['text with more UTF-16 units', Control, 'x'.repeat(11)],
    ['empty text', Control, ''],
    ['a line feed', Control, 'a\nb'],
    ['a null character', Control, '\0'],
    ['DEL', Control, '\x7f'],
    ['a C1 control', Control, '\u0085'],
    ['text unlike the pattern', Lower, 'aB'],
    ['a line feed after what is like the pattern', Lower, 'abc\n'],
    ['bytes for text', Control, Uint8Array.of(97)],
    ['text for bytes', Bytes({ maximum: 9 }), 'a'],
    ['too few bytes', Bytes({ minimum: 2, maximum: 3 }), Uint8Array.of(1)],
    ['too many bytes', FixedBytes(2), new Uint8Array(3)],
    ['too small an integer', Small, 0],
    ['too great an integer', Small, 10],
    ['an integer beyond 2^53', Any, 2n ** 53n],
    ['a negative integer beyond 2^53', Any, -(2n ** 53n)],
    ['text for an integer', Small, '1'],
    ['true for an integer', Small, true],
    ['null for an integer', Small, null],
    ['-1 for an unsigned integer', Unsigned64, -1n],
    ['-2^64 for an unsigned integer', Unsigned64, -(2n ** 64n)],
    ['text for an unsigned integer', Unsigned64, '1'],
    ['another word', Word('a', 'b'), 'c'],
    ['an integer for a word', Word('a', 'b'), 0],
    ['0 for false', Flag, 0],
    ['null for false', Flag, null],
    ['too short a list', Numbers, []],
    ['a wrong item', Numbers, [1, 0]],
    ['a map for a list', Numbers, new Map()],
    ['text for a list', Numbers, 'ab'],
  ])('refuses %s, reading and writing', (_, schema, item) => {
    expect(readRefusal(schema, item)).toBe('codec.schema')
    expect(refusalOf(() => conform(schema, item))).toBe('codec.schema')
    expect(writeRefusal(schema, item)).toBe('codec.schema')
  })

  it('refuses too long a list: reading, before its items cost memory', () => {
    expect(readRefusal(Numbers, [1, 2, 3])).toBe('codec.too-many-items')
    expect(refusalOf(() => conform(Numbers, [1, 2, 3]))).toBe('codec.schema')
    expect(writeRefusal(Numbers, [1, 2, 3])).toBe('codec.schema')
  })

  it.each<readonly [string, TSchema, unknown]>([
    ['a fraction', Small, 1.5],
    ['NaN', Small, Number.NaN],
    ['minus zero', Any, -0],
    ['infinity', Any, Number.POSITIVE_INFINITY],
    ['2^53 as a number', Any, 2 ** 53],
    ['a bigint for a whole number', Small, 5n],
    ['a number for an unsigned integer', Unsigned64, 5],
    ['2^64', Unsigned64, 2n ** 64n],
    ['a lone surrogate', Control, '\ud800'],
    ['a lone surrogate, pattern or not', Free, 'a\udc00'],
    ['a hole in a list', Numbers, new Array(1)],
    ['undefined', Small, undefined],
    ['an array for bytes', Bytes({ maximum: 9 }), [1, 2]],
    ['an ArrayBuffer for bytes', Bytes({ maximum: 9 }), new ArrayBuffer(2)],
    ['a typed array of another kind', Bytes({ maximum: 9 }), new Uint16Array(2)],
    ['a boxed text', Control, Object('abc')],
  ])('refuses to write %s', (_, schema, value) => {
    expect(writeRefusal(schema, value)).toBe('codec.schema')
  })

  it('reads an unsigned integer as bigint, whatever its size', () => {
    for (const value of [0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n]) {
      expect(decodeAs(Unsigned64, encodeAs(Unsigned64, value))).toBe(value)
    }
  })
})

describe('hostile bytes', () => {
  it.each([
    ['empty maps', 0xa0],
    ['empty arrays', 0x80],
    ['empty bytes', 0x40],
  ])('of two million %s are refused before they cost memory', (_, lead) => {
    const bytes = new Uint8Array(2_000_005).fill(lead)
    bytes.set([0x9a, 0x00, 0x1e, 0x84, 0x80])
    const before = process.memoryUsage().heapUsed
    expect(refusalOf(() => decodeAs(Device, bytes))).toBe('codec.too-many-items')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
  })
})
