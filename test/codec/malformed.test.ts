import { describe, expect, it } from 'vitest'
import { type CborValue, decodeCbor, encodeCbor, fromHex, maximumDepth } from '../../src/codec/index.ts'
import { refusalOf } from './refusal.ts'

const refusalOfHex = (hex: string) => refusalOf(() => decodeCbor(fromHex(hex)))

describe('a cut item', () => {
  const value: CborValue = new Map<string | number | bigint, CborValue>([
    [-70_000, [1, 24, 256, 70_000, 2 ** 40, 2n ** 64n - 1n, -(2n ** 64n)]],
    ['text', '\u6c34 and more than twenty-three bytes of text'],
    ['bytes', new Uint8Array(300)],
    [2n ** 60n, new Map([['in', [true, false, null, []]]])],
  ])
  it('is truncated, wherever it is cut', () => {
    const bytes = encodeCbor(value)
    expect(decodeCbor(bytes)).toEqual(value)
    for (let length = 0; length < bytes.length; length++) {
      expect([length, refusalOf(() => decodeCbor(bytes.subarray(0, length)))]).toEqual([length, 'codec.truncated'])
    }
  })
  it('does not read on into the buffer that it is a view of', () => {
    const bytes = encodeCbor([1, 2, 3])
    expect(refusalOf(() => decodeCbor(bytes.subarray(0, 3)))).toBe('codec.truncated')
    expect(refusalOf(() => decodeCbor(fromHex('1900010203').subarray(0, 2)))).toBe('codec.truncated')
  })
})

describe('what follows an item', () => {
  it.each(['0000', '8000', 'f6f6', '60ff', 'a000'])('%s is refused', (hex) => {
    expect(refusalOfHex(hex)).toBe('codec.trailing')
  })
})

describe('an argument longer than it need be', () => {
  it.each([
    ['an integer in one byte', '1817'],
    ['an integer in two bytes', '1900ff'],
    ['an integer in four bytes', '1a0000ffff'],
    ['an integer in eight bytes', '1b00000000ffffffff'],
    ['a negative integer', '3800'],
    ['a negative integer in eight bytes', '3b0000000000000001'],
    ['the length of bytes', `5817${'00'.repeat(23)}`],
    ['the length of text', '780161'],
    ['the count of an array', '980100'],
    ['the count of a map', 'b8010000'],
    ['a key', 'a1180000'],
  ])('%s', (_, hex) => {
    expect(refusalOfHex(hex)).toBe('codec.not-minimal')
  })
  it.each(['1818', '190100', '1a00010000', '1b0000000100000000'])('the smallest argument of its width, %s', (hex) => {
    expect(encodeCbor(decodeCbor(fromHex(hex)))).toEqual(fromHex(hex))
  })
})

describe('an indefinite length', () => {
  it.each([
    ['bytes', '5f4100ff'],
    ['text', '7f6161ff'],
    ['an array', '9f00ff'],
    ['a map', 'bf0000ff'],
    ['a lone break', 'ff'],
    ['a break inside an array', '81ff'],
  ])('%s', (_, hex) => {
    expect(refusalOfHex(hex)).toBe('codec.indefinite')
  })
})

describe('map keys', () => {
  it.each([
    ['integers falling', 'a202000100', 'codec.key-order'],
    ['a longer text first', 'a262616100616200', 'codec.key-order'],
    ['text of one length falling', 'a2616200616100', 'codec.key-order'],
    ['text before integer', 'a26161000100', 'codec.key-order'],
    ['a negative before a positive integer', 'a220000000', 'codec.key-order'],
    ['the order of RFC 7049 (length first)', 'a220001818' + '00', 'codec.key-order'],
    ['an integer twice', 'a201000100', 'codec.duplicate-key'],
    ['a text twice', 'a2616100616100', 'codec.duplicate-key'],
    ['twice, but not side by side', 'a3010002000100', 'codec.key-order'],
    ['bytes', 'a1410000', 'codec.unsupported'],
    ['null', 'a1f600', 'codec.unsupported'],
    ['true', 'a1f500', 'codec.unsupported'],
    ['an array', 'a18000', 'codec.unsupported'],
    ['a map', 'a1a000', 'codec.unsupported'],
  ])('%s', (_, hex, code) => {
    expect(refusalOfHex(hex)).toBe(code)
  })
})

describe('kinds that the model does not have', () => {
  it.each([
    ['half 1.0', 'f93c00'],
    ['half 0.0', 'f90000'],
    ['half -0.0', 'f98000'],
    ['half NaN', 'f97e00'],
    ['half infinity', 'f97c00'],
    ['single 1.0', 'fa3f800000'],
    ['single NaN', 'fa7fc00000'],
    ['double 1.0', 'fb3ff0000000000000'],
    ['double 1.1', 'fb3ff199999999999a'],
    ['double NaN', 'fb7ff8000000000000'],
    ['undefined', 'f7'],
    ['simple 0', 'e0'],
    ['simple 19', 'f3'],
    ['simple 32', 'f820'],
    ['simple 255', 'f8ff'],
    ['false in two bytes', 'f814'],
    ['a tag', 'c000'],
    ['a bignum', 'c249010000000000000000'],
    ['a tag inside', '81d86200'],
    ['a reserved argument', '1c'],
    ['another', '5d'],
    ['and another', 'fe'],
  ])('%s', (_, hex) => {
    expect(refusalOfHex(hex)).toBe('codec.unsupported')
  })
})

describe('a tag that was asked for', () => {
  const refusalWithTag = (hex: string) => refusalOf(() => decodeCbor(fromHex(hex), 98))
  it.each([
    ['none', '80', 'codec.wrong-tag'],
    ['another', 'd86180', 'codec.wrong-tag'],
    ['one of eight bytes', 'db000000010000000080', 'codec.wrong-tag'],
    ['an integer of its number', '1862', 'codec.wrong-tag'],
    ['twice', 'd862d86280', 'codec.unsupported'],
    ['not minimal', 'd9006280', 'codec.not-minimal'],
    ['with nothing after it', 'd862', 'codec.truncated'],
    ['cut', 'd8', 'codec.truncated'],
    ['in an empty input', '', 'codec.truncated'],
  ])('%s', (_, hex, code) => {
    expect(refusalWithTag(hex)).toBe(code)
  })
})

describe('nesting', () => {
  it('is taken to the limit and refused beyond it', () => {
    for (const level of ['81', 'a100']) {
      expect(refusalOfHex(`${level.repeat(maximumDepth)}00`)).toHaveProperty('accepted')
      expect(refusalOfHex(`${level.repeat(maximumDepth + 1)}00`)).toBe('codec.too-deep')
    }
  })
  it('of a million levels does not exhaust the stack', () => {
    expect(refusalOf(() => decodeCbor(new Uint8Array(1_000_000).fill(0x81)))).toBe('codec.too-deep')
    expect(refusalOf(() => decodeCbor(new Uint8Array(1_000_000).fill(0xa1)))).toBe('codec.too-deep')
  })
})

describe('text that is not UTF-8', () => {
  it.each([
    ['a lone continuation', '6180'],
    ['a cut sequence', '62e6b0'],
    ['an overlong slash', '62c0af'],
    ['an overlong zero', '62c080'],
    ['an overlong three-byte sequence', '63e080af'],
    ['a high surrogate', '63eda080'],
    ['a low surrogate', '63edb080'],
    ['a surrogate pair', '66eda080edb080'],
    ['beyond U+10FFFF', '64f4908080'],
    ['five bytes', '65f888808080'],
    ['ff', '61ff'],
    ['a key', 'a161ff00'],
  ])('%s', (_, hex) => {
    expect(refusalOfHex(hex)).toBe('codec.not-utf8')
  })
  it('keeps the cause', () => {
    expect(() => decodeCbor(fromHex('61ff'))).toThrow(expect.objectContaining({ cause: expect.any(TypeError) }))
  })
})

describe('a count that the input cannot hold', () => {
  it.each([
    ['array of 2^64 - 1', '9bffffffffffffffff'],
    ['array of 2^53', '9b0020000000000000'],
    ['array of 2^32 - 1', '9affffffff'],
    ['map of 2^64 - 1', 'bbffffffffffffffff'],
    ['map of 2^63: twice that wraps to 0', 'bb8000000000000000'],
    ['map with room for the keys only', 'b81800'.padEnd(2 * 26, '0')],
    ['bytes of 2^64 - 1', '5bffffffffffffffff'],
    ['bytes of 2^32 - 1', '5affffffff'],
    ['text of 2^64 - 1', '7bffffffffffffffff'],
    ['arrays within arrays', '9affffffff'.repeat(10)],
    ['array, before its first item is looked at', '9affffffffff'],
    ['map, before its first key is looked at', 'baffffffffffff'],
  ])('%s', (_, hex) => {
    expect(refusalOfHex(hex)).toBe('codec.truncated')
  })
})

describe('a limit of items', () => {
  it('counts containers, keys and values', () => {
    const bytes = encodeCbor([1, new Map([['a', 2]])])
    expect(decodeCbor(bytes, undefined, 5)).toEqual([1, new Map([['a', 2]])])
    expect(refusalOf(() => decodeCbor(bytes, undefined, 4))).toBe('codec.too-many-items')
  })
})
