import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idleTable, ledgerTable, logTable, sizes, touchedPages } from '../../bench/scale.ts'

/** Pages that lie on the ways to the last `changes` of so many random leaves, counted one by one. */
function counted(leaves: number, changes: number): number {
  const places = Array.from({ length: leaves }, Math.random)
  let pages = 0
  for (let count = 1; count < leaves * 256; count *= 16) {
    const inhabitants = new Map<number, number>()
    for (const place of places) {
      const page = Math.floor(place * count)
      inhabitants.set(page, (inhabitants.get(page) ?? 0) + 1)
    }
    const touched = new Set(places.slice(-changes).map((place) => Math.floor(place * count)))
    pages += [...touched].filter((page) => (inhabitants.get(page) ?? 0) > 1).length
  }
  return pages
}

describe('the model of touched pages', () => {
  it.each([
    [5_000, 1_000],
    [20_000, 1_000],
    [100_000, 8_000],
  ])('tells for %i leaves and %i changes what counting tells', (leaves, changes) => {
    const ratio = touchedPages(leaves, changes) / counted(leaves, changes)
    expect(ratio).toBeGreaterThan(0.85)
    expect(ratio).toBeLessThan(1.15)
  })

  it('never counts fewer pages for more keys, nor more pages than keys times levels', () => {
    const leaves = fc.integer({ min: 2, max: 1_000_000_000 })
    const changes = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(leaves, changes, (n, many) => {
        const touched = touchedPages(n, many)
        expect(touched).toBeLessThanOrEqual(many * (Math.floor(Math.log2(n) / 4) + 3))
        expect(touched).toBeLessThanOrEqual(touchedPages(n, many + 1))
      }),
    )
  })
})

describe('the tables', () => {
  it('have a line for each size', () => {
    for (const table of [ledgerTable(), logTable()]) expect(table.split('\n')).toHaveLength(2 + sizes.length)
    expect(idleTable()).toMatch(/\| 1 s \(default\) +\| 31\.5 million +\|/)
  })
})
