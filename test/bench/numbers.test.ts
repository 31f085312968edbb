import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, quantile, slope } from '../../bench/numbers.ts'

const number = fc.integer({ min: -1_000_000, max: 1_000_000 })

describe('a quantile', () => {
  it('has as many numbers on one side as its part says', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, part) => {
          const found = quantile(list, part)
          expect(list.filter((one) => one < found).length).toBeLessThanOrEqual(Math.ceil(part * (list.length - 1)))
          expect(list.filter((one) => one > found).length).toBeLessThanOrEqual(
            Math.ceil((1 - part) * (list.length - 1)),
          )
        },
      ),
    )
  })

  it('in the middle is the median, of an even count the mean of two', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 2])).toBe(3.5)
    expect(() => median([])).toThrow(TypeError)
  })
})

describe('a slope', () => {
  it('is that of the line that points lie on', () => {
    fc.assert(
      fc.property(number, number, fc.integer({ min: 2, max: 20 }), (a, b, count) => {
        const points = Array.from({ length: count }, (_, x) => ({ x, y: a * x + b }))
        expect(slope(points)).toBeCloseTo(a, 3)
      }),
    )
  })

  it('of one point is none', () => {
    expect(slope([{ x: 3, y: 4 }])).toBe(0)
  })
})
