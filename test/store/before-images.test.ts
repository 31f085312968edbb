import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, concat, toHex, utf8 } from '../../src/codec/index.ts'
import { BeforeImages, encodeBeforeImages } from '../../src/store/before-images.ts'
import type { Change } from '../../src/store/index.ts'
import { put } from './blocks.ts'

const height = 7n
const bytes = fc.uint8Array({ maxLength: 60 })

/** What a block makes of a value: often a small change of a long one, as in a page. */
const values = fc.oneof(
  fc.tuple(fc.option(bytes), fc.option(bytes)),
  fc
    .tuple(bytes, bytes, bytes, bytes, bytes, bytes)
    .map(([headBefore, headAfter, start, before, after, end]) => [
      concat(headBefore, start, before, end),
      concat(headAfter, start, after, end),
    ]),
)
const change: fc.Arbitrary<Change> = fc
  .tuple(fc.uint8Array({ maxLength: 4 }), values)
  .map(([key, [before = null, after = null]]) => ({ key, before, after }))
const changes = fc
  .uniqueArray(change, { maxLength: 20, selector: ({ key }) => toHex(key) })
  .map((list) => list.toSorted((a, b) => compareBytes(a.key, b.key)))

describe('before-images', () => {
  it('give back what each key held, and leave keys alone that the block did not change', () => {
    fc.assert(
      fc.property(changes, changes, changes, (records, indexes, pages) => {
        const images = new BeforeImages(height, encodeBeforeImages({ height, records, indexes, pages }))
        for (const [table, list] of Object.entries({ records, indexes, pages } as const)) {
          if (table !== 'records' && table !== 'indexes' && table !== 'pages') throw new TypeError(table)
          for (const { key, before, after } of list) {
            expect(images.before(table, key, after)).toStrictEqual(before)
          }
          const other = utf8('no such key')
          expect(images.before(table, other, other)).toBe(other)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('of a page in which one slot changed are a fraction of the page', () => {
    const slots = Array.from({ length: 16 }, (_, index) => String(index).padStart(32, 'x'))
    const before = `\u0001\u0002\u0003\u0004${slots.join('')}`
    const after = `\u0005\u0006\u0007\u0008${slots.with(7, 'another'.padStart(32, 'y')).join('')}`
    const encoded = encodeBeforeImages({ height, records: [], indexes: [], pages: [put('p', before, after)] })
    expect(encoded.length).toBeLessThan(before.length / 4)
  })

  it('take no key that is longer than its length can say', () => {
    const key = new Uint8Array(0x10000)
    const block = { height, records: [{ key, before: null, after: key }], indexes: [], pages: [] }
    expect(() => encodeBeforeImages(block)).toThrow(TypeError)
  })
})

describe('damaged before-images', () => {
  const list = [
    put('a', null, 'x'),
    put('b', 'before', null),
    put('c', `head${'same'.repeat(20)}1`, `tail${'same'.repeat(20)}2`),
  ]
  const encoded = encodeBeforeImages({ height, records: list, indexes: list, pages: list })

  it('are refused whichever bit was flipped, wherever they were cut, and at another height', () => {
    const refused = expect.objectContaining({ code: 'store.before-images' })
    for (let bit = 0; bit < 8 * encoded.length; bit++) {
      const flipped = encoded.with(bit >> 3, encoded[bit >> 3]! ^ (1 << (bit & 7)))
      expect(() => new BeforeImages(height, flipped)).toThrow(refused)
    }
    for (let length = 0; length < encoded.length; length++) {
      expect(() => new BeforeImages(height, encoded.subarray(0, length))).toThrow(refused)
    }
    expect(() => new BeforeImages(height, concat(encoded, utf8('x')))).toThrow(refused)
    expect(() => new BeforeImages(height + 1n, encoded)).toThrow(refused)
  })
})
