import { decode as decodeCbor2, encode as encodeCbor2 } from 'cbor2'
import { decode as decodeCborg, encode as encodeCborg, rfc8949EncodeOptions } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CborValue, decodeCbor, encodeCbor, fromHex, toHex } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { anyValue } from './values.ts'

const cborg = (value: unknown) => toHex(encodeCborg(value, rfc8949EncodeOptions))
const cbor2 = (value: unknown) => toHex(encodeCbor2(value, { cde: true }))

describe('the examples of RFC 8949 appendix A that the model has', () => {
  const examples: readonly (readonly [CborValue, string])[] = [
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [100, '1864'],
    [1000, '1903e8'],
    [1_000_000, '1a000f4240'],
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [18_446_744_073_709_551_615n, '1bffffffffffffffff'],
    [-18_446_744_073_709_551_616n, '3bffffffffffffffff'],
    [-1, '20'],
    [-1000, '3903e7'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    [fromHex('01020304'), '4401020304'],
    ['', '60'],
    ['IETF', '6449455446'],
    ['"\\', '62225c'],
    ['\u00fc', '62c3bc'],
    ['\u6c34', '63e6b0b4'],
    ['\u{10151}', '64f0908591'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [new Map<string, CborValue>(Object.entries({ a: 1, b: [2, 3] })), 'a26161016162820203'],
  ]
  it.each(examples.map(([value, hex]) => ({ value, hex })))('$hex', ({ value, hex }) => {
    expect(toHex(encodeCbor(value))).toBe(hex)
    expect(decodeCbor(fromHex(hex))).toEqual(value)
  })
})

describe('integers at the edges of number and of 64 bits', () => {
  it.each([
    [2n ** 53n - 1n, 9_007_199_254_740_991],
    [2n ** 53n, 2n ** 53n],
    [2n ** 53n + 1n, 2n ** 53n + 1n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    [-(2n ** 53n) + 1n, -9_007_199_254_740_991],
    [-(2n ** 53n), -(2n ** 53n)],
    [-(2n ** 64n), -(2n ** 64n)],
    [1n, 1],
    [0n, 0],
  ])('%s comes back as %s, exact', (written, read) => {
    expect(decodeCbor(encodeCbor(written))).toBe(read)
  })
})

/** A value with every number as a bigint. */
function exact(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value)
  if (Array.isArray(value)) return value.map(exact)
  return value instanceof Map ? new Map([...value].map(([key, held]) => [exact(key), exact(held)])) : value
}

describe('against two independent libraries', () => {
  it('writes what both write deterministically', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const ours = toHex(encodeCbor(value))
        expect(cborg(value)).toBe(ours)
        expect(cbor2(value)).toBe(ours)
      }),
      { numRuns: 1500 },
    )
  })

  it('reads back its own value, and both libraries read the same one', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value)
        const read = decodeCbor(bytes)
        expect(toHex(encodeCbor(read))).toBe(toHex(bytes))
        expect(decodeCborg(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true })).toEqual(read)
        // cbor2 gives -2^53 as a number and we as a bigint: only there do the two types differ.
        expect(exact(decodeCbor2(bytes, { cde: true, preferMap: true }))).toEqual(exact(read))
      }),
      { numRuns: 500 },
    )
  })

  it('accepts of damaged encodings only those that are deterministic themselves', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      insert: fc.uint8Array({ maxLength: 2 }),
    })
    let accepted = 0
    fc.assert(
      fc.property(anyValue, fc.array(damage, { minLength: 1, maxLength: 3 }), (value, damages) => {
        let bytes = [...encodeCbor(value)]
        for (const { at, remove, insert } of damages)
          bytes = bytes.toSpliced(at % (bytes.length + 1), remove, ...insert)
        accepted += acceptedIsDeterministic(Uint8Array.from(bytes))
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('never fails on random bytes with anything but a code', () => {
    const lead = fc.constantFrom(0x00, 0x18, 0x20, 0x40, 0x41, 0x60, 0x61, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xf4, 0xf6)
    const bytes = fc.array(fc.oneof(lead, fc.nat({ max: 255 })), { maxLength: 40 })
    fc.assert(
      fc.property(bytes, (list) => void acceptedIsDeterministic(Uint8Array.from(list))),
      { numRuns: 10_000 },
    )
  })

  function acceptedIsDeterministic(bytes: Uint8Array): number {
    let value: CborValue
    try {
      value = decodeCbor(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(CommonrootError)
      return 0
    }
    const hex = toHex(bytes)
    expect(toHex(encodeCbor(value))).toBe(hex)
    expect(cborg(value)).toBe(hex)
    expect(cbor2(value)).toBe(hex)
    return 1
  }
})

describe('the bytes of a map', () => {
  it('do not depend on the order of insertion', () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), fc.nat()), { selector: ([key]) => key })
    fc.assert(
      fc.property(entries, (list) => {
        expect(toHex(encodeCbor(new Map(list.toReversed())))).toBe(toHex(encodeCbor(new Map(list))))
      }),
      { numRuns: 300 },
    )
  })
})

describe('what has no encoding is a TypeError of the writer', () => {
  const cyclic: CborValue[] = []
  cyclic.push(cyclic)
  it.each<readonly [string, unknown]>([
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus zero', -0],
    ['a number beyond 2^53', 2 ** 53],
    ['a bigint of 65 bits', 2n ** 64n],
    ['a bigint below -2^64', -(2n ** 64n) - 1n],
    ['undefined', undefined],
    ['a hole in an array', new Array(1)],
    ['a plain object', {}],
    ['a symbol', Symbol('x')],
    ['a function', () => 0],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', new Map([['a\udc00', 1]])],
    ['a boolean as key', new Map([[true, 1]])],
    ['bytes as key', new Map([[new Uint8Array(1), 1]])],
    ['a fraction as key', new Map([[0.5, 1]])],
    ['one key as number and bigint', new Map<unknown, unknown>([[1, 'a'], [1n, 'b']])], // biome-ignore format: one row
    ['17 levels', nested(17)],
    ['a value inside itself', cyclic],
  ])('%s', (_, value) => {
    expect(() => encodeCbor(value as CborValue)).toThrow(TypeError)
  })

  it.each([-1, 1.5, 2 ** 53])('tag %s', (tag) => {
    expect(() => encodeCbor(0, tag)).toThrow(TypeError)
  })

  it('but 16 levels are written, and read', () => {
    expect(decodeCbor(encodeCbor(nested(16)))).toEqual(nested(16))
  })

  function nested(levels: number): CborValue {
    return levels === 0 ? 0 : [nested(levels - 1)]
  }
})

describe('the reader', () => {
  it('gives plain bytes that view the input, even of a Buffer in a pool', () => {
    const input = Buffer.concat([Buffer.from('ff', 'hex'), encodeCbor(Uint8Array.of(1, 2, 3))]).subarray(1)
    const read = decodeCbor(input)
    if (!(read instanceof Uint8Array)) throw new Error('no bytes')
    expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
    expect(read.buffer).toBe(input.buffer)
    expect(toHex(read)).toBe('010203')
  })

  it('keeps a byte order mark, so that no two byte strings are one text', () => {
    expect(decodeCbor(fromHex('63efbbbf'))).toBe('\ufeff')
    expect(decodeCbor(fromHex('60'))).toBe('')
  })

  it('does not normalise text', () => {
    expect(decodeCbor(fromHex('62c3bc'))).toBe('\u00fc')
    expect(decodeCbor(fromHex('6375cc88'))).toBe('u\u0308')
  })

  it('keeps __proto__ and constructor as plain keys of a Map', () => {
    const map = new Map<string, CborValue>([['__proto__', 1], ['constructor', 2]]) // biome-ignore format: one row
    const read = decodeCbor(encodeCbor(map))
    expect(read).toEqual(map)
    expect(Object.getPrototypeOf(read)).toBe(Map.prototype)
  })

  it('takes exactly the tag it is asked for', () => {
    expect(decodeCbor(encodeCbor([1], 98), 98)).toEqual([1])
    expect(toHex(encodeCbor(0, 98))).toBe('d86200')
  })
})
