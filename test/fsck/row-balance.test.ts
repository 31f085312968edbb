import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/codec/index.ts'
import { halfSipHash } from '../../src/fsck/half-sip-hash.ts'
import { RowBalance } from '../../src/fsck/row-balance.ts'

describe('HalfSipHash-2-4', () => {
  // The first of the vectors for 64 bits that come with the reference implementation: bytes 0, 1, 2, ... under the key 0 to 7.
  it.each([
    [0, '218d1f59b9b83cc8'],
    [1, 'be552412f8387315'],
    [2, '064f39ef7c50eb57'],
  ])('of %i bytes', (length, expected) => {
    const hash = { low: 0x03020100, high: 0x07060504 }
    halfSipHash(
      hash,
      Uint8Array.from({ length }, (_, index) => index),
      hash,
    )
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setUint32(0, hash.low, true)
    new DataView(bytes.buffer).setUint32(4, hash.high, true)
    expect(toHex(bytes)).toBe(expected)
  })
})

const row = fc.tuple(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ maxLength: 3 }))
const rows = fc.array(row, { maxLength: 6 })

function texts(of: readonly (readonly [Uint8Array, Uint8Array])[]): readonly string[] {
  return of.map(([key, value]) => `${toHex(key)} ${toHex(value)}`).sort()
}

describe('a balance of rows', () => {
  it('is even exactly when both sides have the same rows, in whatever order', () => {
    fc.assert(
      fc.property(rows, rows, fc.boolean(), (expected, others, alike) => {
        const found = alike ? expected.toReversed() : others
        const balance = new RowBalance()
        for (const [key, value] of expected) balance.expect(key, value)
        for (const [key, value] of found) balance.find(key, value)
        expect(balance.isEven).toBe(JSON.stringify(texts(expected)) === JSON.stringify(texts(found)))
      }),
      { numRuns: 500 },
    )
  })

  it('knows a row whose bytes moved from key to value, two that changed values, and one that came twice', () => {
    const [a, b, c] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(1, 2)]
    const none = new Uint8Array(0)
    const isEven = (expected: readonly Uint8Array[][], found: readonly Uint8Array[][]): boolean => {
      const balance = new RowBalance()
      for (const [key, value] of expected) balance.expect(key!, value!)
      for (const [key, value] of found) balance.find(key!, value!)
      return balance.isEven
    }
    expect(isEven([[a, b]], [[a, b]])).toBe(true)
    expect(isEven([[a, b]], [[c, none]])).toBe(false)
    expect(
      isEven(
        [
          [a, b],
          [b, a],
        ],
        [
          [a, a],
          [b, b],
        ],
      ),
    ).toBe(false)
    expect(
      isEven(
        [
          [a, b],
          [a, b],
        ],
        [
          [b, a],
          [b, a],
        ],
      ),
    ).toBe(false)
    expect(
      isEven(
        [
          [a, b],
          [a, b],
        ],
        [[a, b]],
      ),
    ).toBe(false)
  })

  it('goes on from what was written down of it', () => {
    const first = new RowBalance()
    first.expect(Uint8Array.of(1), Uint8Array.of(2))
    const second = new RowBalance(first.state)
    second.find(Uint8Array.of(1), Uint8Array.of(2))
    expect([first.isEven, second.isEven]).toEqual([false, true])
  })
})
