import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idleTable, ledgerTable, logTable, sizes, touchedPages } from '../../bench/scale.ts'

/** Distinct pages on the ways of random keys, counted one by one. */
function counted(leaves: number, changes: number, random: () => number): number {
  const pages = new Set<string>()
  for (let change = 0; change < changes; change++) {
    const place = random()
    for (let count = 1; count < leaves; count *= 16) pages.add(`${count} ${Math.floor(place * count)}`)
  }
  return pages.size
}

describe('the model of touched pages', () => {
  it('tells what counting over random keys tells', () => {
    for (const [leaves, changes] of [
      [1_000, 10],
      [100_000, 1_000],
      [1_000_000, 8_000],
    ] as const) {
      const ratio = touchedPages(leaves, changes) / counted(leaves, changes, Math.random)
      expect(ratio).toBeGreaterThan(0.9)
      expect(ratio).toBeLessThan(1.1)
    }
  })

  it('never counts fewer pages for more keys, nor more pages than keys times levels', () => {
    const leaves = fc.integer({ min: 2, max: 1_000_000_000 })
    const changes = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(leaves, changes, (n, many) => {
        const touched = touchedPages(n, many)
        expect(touched).toBeLessThanOrEqual(many * (Math.floor(Math.log2(n) / 4) + 1) * 1.0001)
        expect(touched).toBeLessThanOrEqual(touchedPages(n, many + 1))
      }),
    )
  })
})

describe('the tables', () => {
  it('have a line for each size', () => {
    for (const table of [ledgerTable(), logTable()]) expect(table.split('\n')).toHaveLength(2 + sizes.length)
    expect(idleTable()).toContain('| 1 s (default) | 31.5 million |')
  })
})
