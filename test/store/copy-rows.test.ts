import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CopyValue, copyRows } from '../../src/store/copy-rows.ts'

/** The format as the manual of PostgreSQL describes it, written down a second time and as plainly as possible. */
function expected(rows: readonly (readonly CopyValue[])[]): Buffer {
  const parts = [Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')]
  const number = (size: number, value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64BE(value)
    parts.push(buffer.subarray(8 - size))
  }
  for (const row of rows) {
    number(2, BigInt(row.length))
    for (const value of row) {
      if (value === null) number(4, -1n)
      else if (value instanceof Uint8Array) {
        number(4, BigInt(value.length))
        parts.push(Buffer.from(value))
      } else {
        const size = typeof value === 'bigint' ? 8 : 4
        number(4, BigInt(size))
        number(size, BigInt(value))
      }
    }
  }
  number(2, -1n)
  return Buffer.concat(parts)
}

/** Pieces share their memory: each is copied before the next one is asked for. */
function joined(rows: readonly (readonly CopyValue[])[]): Buffer {
  return Buffer.concat(Array.from(copyRows(rows), (piece) => Uint8Array.from(piece)))
}

const value = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 0, max: 1_200_000 }).map((size) => new Uint8Array(size).fill(size)),
)

describe('copyRows', () => {
  it('makes the bytes of the manual, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 5 }), { maxLength: 12 }), (rows) => {
        expect(Buffer.compare(joined(rows), expected(rows))).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('makes many small rows into pieces of bounded size', () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => [new Uint8Array(50).fill(index), index, null])
    const sizes = Array.from(copyRows(rows), ({ length }) => length)
    expect(sizes.length).toBeGreaterThan(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * 1024)
    expect(Buffer.compare(joined(rows), expected(rows))).toBe(0)
  })
})
