import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyRows } from '../../src/store/copy-rows.ts'
import { readBigint, readCopy } from '../../src/store/read-copy.ts'

const columns = 3

function written(rows: readonly (readonly Uint8Array[])[]): Uint8Array {
  return Buffer.concat(Array.from(copyRows(rows), (piece) => Uint8Array.from(piece)))
}

const rowsOfBytes = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: columns, maxLength: columns }), {
  maxLength: 8,
})

describe('rows in binary form', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(rowsOfBytes, (rows) => {
        const read = readCopy(written(rows), columns)
        expect(read.map((row) => row.map((value) => [...value]))).toEqual(
          rows.map((row) => row.map((value) => [...value])),
        )
      }),
    )
  })

  it('are refused wherever they are cut', () => {
    const whole = written([[Uint8Array.of(1), Uint8Array.of(2, 3), new Uint8Array(0)]])
    for (let length = 0; length < whole.length; length++) {
      expect(() => readCopy(whole.subarray(0, length), columns)).toThrow(
        expect.objectContaining({ code: 'store.copy-form' }),
      )
    }
  })

  it.each([
    ['another beginning', (bytes: Uint8Array) => bytes.with(0, 0)],
    ['flags', (bytes: Uint8Array) => bytes.with(14, 1)],
    ['an extension', (bytes: Uint8Array) => bytes.with(18, 1)],
    ['another number of columns', (bytes: Uint8Array) => bytes.with(20, 2)],
    ['a null', (bytes: Uint8Array) => bytes.fill(0xff, 21, 25)],
    ['a length beyond the end', (bytes: Uint8Array) => bytes.with(21, 0x7f)],
    ['bytes behind its end', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
  ])('are refused with %s', (_, change) => {
    const bytes = Uint8Array.from(written([[Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]]))
    expect(() => readCopy(change(bytes), columns)).toThrow(expect.objectContaining({ code: 'store.copy-form' }))
  })

  it('have numbers of eight bytes, and of no other size', () => {
    expect(readBigint(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 254))).toBe(-2n)
    expect(() => readBigint(new Uint8Array(4))).toThrow(expect.objectContaining({ code: 'store.copy-form' }))
  })
})
