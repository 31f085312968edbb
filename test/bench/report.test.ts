import { describe, expect, it } from 'vitest'
import { readArguments } from '../../bench/arguments.ts'
import type { Machine } from '../../bench/machine.ts'
import { readmeTable } from '../../bench/readme-table.ts'
import { number, type Report, readReport, textLine } from '../../bench/report.ts'
import type { Result } from '../../bench/row.ts'
import { newestReport } from '../../scripts/generate/performance.ts'

const result: Result = {
  name: 'throughput',
  value: 4321.2,
  unit: '1/s',
  ratio: 0.4567,
  reach: 0.35,
  goal: 0.5,
  holds: true,
  judged: 'ratio',
  better: 'higher',
  title: 'certificates a second',
  against: 'verification',
  note: 'median of 3',
  load: [0.1, 2.5],
}
const machine: Machine = {
  processor: 'a processor',
  cores: 2,
  memoryGiB: 24,
  platform: 'linux-x64',
  kernel: '6.1',
  node: '26.10.0',
  openssl: '3.5.0',
  commit: 'abc1234',
  started: '2026-11-24T22:00:00.000Z',
  loadBefore: 0.2,
}
const report: Report = { results: [result], machine, mode: 'default', seconds: 300 }
const run = (mode: string, started: string): Report => ({ ...report, mode, machine: { ...machine, started } })

describe('a line of text', () => {
  it('has the figure, the verdict, the load and the note', () => {
    expect(textLine(result)).toBe('throughput: 4,321 1/s, ratio 0.457, reach held (load 0.1 to 2.5; median of 3)')
    expect(textLine({ ...result, ratio: 0.5 })).toContain('goal held')
    expect(textLine({ ...result, holds: false })).toContain('reach not held')
    expect(textLine({ ...result, value: null, ratio: null, holds: null })).toContain('not measured, not judged')
  })

  it('writes numbers with three digits that count', () => {
    expect([0.04567, 1.5, 12.34, 123.4, 12_345.6].map(number)).toEqual(['0.0457', '1.5', '12.3', '123', '12,346'])
  })
})

describe("the README's table", () => {
  it('has a row for each result, and the machine below', () => {
    const text = readmeTable(report)
    expect(text).toContain('| certificates a second | 4,321 1/s | verification | 0.457 | ≥ 0.35 | ≥ 0.5 | reach held |')
    expect(text).toContain('2 cores of a processor')
    expect(text).toContain('load 0.2 before the start')
  })

  it('shows the newest run of a million, else the newest of all', () => {
    const [old, million, later] = [
      run('quick', '2026-01-01'),
      run('million', '2026-02-01'),
      run('default', '2026-03-01'),
    ]
    expect(newestReport([old, million, later])).toBe(million)
    expect(newestReport([later, old])).toBe(later)
    expect(newestReport([])).toBe(undefined)
  })
})

describe('the JSON of a run', () => {
  it('is read back as it was written, and nothing else is', () => {
    expect(readReport(JSON.stringify(report))).toEqual(report)
    for (const text of ['[]', '{}', 'null', '{"results":1,"machine":{},"mode":"quick"}']) {
      expect(() => readReport(text)).toThrow('not the JSON of a bench run')
    }
  })
})

describe('the command line', () => {
  it('chooses a mode, rows and a form', () => {
    expect(readArguments([], ['a'])).toEqual({ mode: 'default', json: false, only: [] })
    expect(readArguments(['--quick', '--json', '--only', 'a'], ['a'])).toEqual({
      mode: 'quick',
      json: true,
      only: ['a'],
    })
    expect(readArguments(['--million'], ['a']).mode).toBe('million')
  })

  it.each([[['--quick', '--million']], [['--only', 'b']], [['--fast']], [['a']]])('refuses %j', (words) => {
    expect(() => readArguments(words, ['a'])).toThrow()
  })
})
