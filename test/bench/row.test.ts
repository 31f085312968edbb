/** A row is judged by its own number, in its own direction, and not at all when the run can't tell. */
import { describe, expect, it } from 'vitest'
import { type Figure, type Row, resultOf } from '../../bench/row.ts'
import { rows } from '../../bench/rows/index.ts'

const row: Row = {
  name: 'row',
  title: 'a row',
  against: 'a peer',
  unit: '1/s',
  judged: 'ratio',
  better: 'higher',
  reach: 0.35,
  goal: 0.5,
  measure: async () => figure(),
}
const figure = (changes: Partial<Figure> = {}): Figure => ({ value: 100, ratio: 0.4, note: '', ...changes })
const holds = (changes: Partial<Row>, given: Partial<Figure> = {}) =>
  resultOf({ ...row, ...changes }, figure(given), [0, 0]).holds

describe('a result', () => {
  it('holds from its reach on', () => {
    expect(holds({}, { ratio: 0.35 })).toBe(true)
    expect(holds({}, { ratio: 0.349 })).toBe(false)
  })

  it('holds up to its reach when less is better', () => {
    expect(holds({ better: 'lower', judged: 'value', reach: 100 })).toBe(true)
    expect(holds({ better: 'lower', judged: 'value', reach: 99 })).toBe(false)
  })

  it('is not judged without the number that its bounds are about', () => {
    expect(holds({}, { ratio: null })).toBe(null)
    expect(holds({ judged: 'value' }, { value: null })).toBe(null)
  })

  it('about a million is not judged at a smaller size', () => {
    expect(holds({ atSize: 1_000_000 }, { size: 999_999 })).toBe(null)
    expect(holds({ atSize: 1_000_000 }, { size: 1_000_000 })).toBe(true)
  })

  it('does not hold when a condition beside its number is broken', () => {
    expect(holds({}, { broken: 'it grows' })).toBe(false)
  })
})

describe('the table of rows', () => {
  it('has the bounds that are promised, the goal beyond the reach', () => {
    const bounds = Object.fromEntries(rows.map(({ name, reach, goal }) => [name, [reach, goal]]))
    expect(bounds).toEqual({
      throughput: [0.35, 0.5],
      'throughput-at-million': [0.6, 0.8],
      memory: [450, 300],
      disk: [6, 4.5],
      fsck: [0.3, 0.1],
      'snapshot-import': [0.33, 0.1],
      'bundle-membership': [2000, 1700],
      'bundle-absence': [2100, 1700],
      'certificate-part': [950, 850],
      'proof-checks': [1.4, 2.5],
      'publish-to-proof': [300, 150],
      'single-submission': [2, 5],
      'start-clean': [3, 1],
      'start-after-kill': [10, 3],
    })
    for (const { better, reach, goal } of rows) expect(better === 'higher' ? goal > reach : goal < reach).toBe(true)
  })
})
