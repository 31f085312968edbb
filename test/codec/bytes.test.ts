import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8Length } from '../../src/codec/bytes.ts'
import {
  compareBytes,
  concat,
  equalBytes,
  fromHex,
  lengthPrefixed,
  toHex,
  uint64Bytes,
  utf8,
} from '../../src/codec/index.ts'
import { refusalOf } from './refusal.ts'

const anyBytes = fc.uint8Array({ maxLength: 100 })

describe('hexadecimal', () => {
  it('is what Node makes, and comes back', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
        expect(fromHex(toHex(bytes), bytes.length)).toEqual(bytes)
      }),
    )
  })
  it.each(['0', 'AB', '0x', 'zz', ' 00', '00\n', '0g'])('refuses %j', (text) => {
    expect(refusalOf(() => fromHex(text))).toBe('codec.not-hex')
  })
  it('refuses another length than asked for, and says what of', () => {
    expect(() => fromHex('0000', 3, 'the digest')).toThrow('the digest is not lower-case hexadecimal of 3 bytes')
  })
  it('takes a megabyte', () => {
    expect(fromHex('5a'.repeat(1_000_000)).length).toBe(1_000_000)
  })
})

describe('byte order', () => {
  it('is that of Buffer.compare, and equality goes with it', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(equalBytes(a, a.slice())).toBe(true)
      }),
    )
  })
  it('puts a prefix first', () => {
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0)
  })
  it('of uint64Bytes is numeric order', () => {
    const integer = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        expect(Math.sign(compareBytes(uint64Bytes(a), uint64Bytes(b)))).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })
  it.each([-1n, 2n ** 64n])('uint64Bytes does not wrap %s', (value) => {
    expect(() => uint64Bytes(value)).toThrow(TypeError)
  })
})

describe('UTF-8', () => {
  it('is what Buffer makes of any well-formed text, and its length is known without it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 100 })), (text) => {
        expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text)))
        expect(utf8Length(text)).toBe(utf8(text).length)
      }),
    )
  })
  it.each(['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'])(
    'is right at the edge %j',
    (text) => {
      expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text)))
      expect(utf8Length(text)).toBe(Buffer.byteLength(text))
    },
  )
})

describe('parts side by side', () => {
  it('concat keeps all bytes in order', () => {
    expect(toHex(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)))).toBe('010203')
  })
  it('lengthPrefixed never gives two lists the same bytes', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 3, max: 3 }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.length === b.length && a.every((part, index) => equalBytes(part, b[index] ?? part))
        expect(equalBytes(lengthPrefixed(...a), lengthPrefixed(...b))).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })
  it('lengthPrefixed refuses a part whose length does not fit', () => {
    expect(lengthPrefixed(new Uint8Array(255)).length).toBe(256)
    expect(() => lengthPrefixed(new Uint8Array(256))).toThrow(TypeError)
  })
})
