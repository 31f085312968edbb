import type { Segment } from '../ledger/campaign.ts'
import { median } from '../numbers.ts'
import type { Row } from '../row.ts'

/** The rate is taken up to here: what comes after is another row's. */
const counted = 100_000

export const throughput: Row = {
  name: 'throughput',
  title: 'certificates finalised a second: P-256, batches of 1,000 signed by the line, HTTP, solo and Postgres',
  against: 'asynchronous P-256 verification of 10,000 keys with their import, all cores',
  unit: '1/s',
  judged: 'ratio',
  better: 'higher',
  reach: 0.35,
  goal: 0.5,
  measure: async (bench) => {
    const segments = (await bench.campaign()).segments.filter(({ from }) => from < counted)
    const limit = median(segments.map((segment) => segment.limit))
    const microseconds = (of: keyof Segment['processor']) =>
      median(segments.map(({ from, until, processor }) => (1e6 * processor[of]) / (until - from))).toFixed(0)
    return {
      value: median(segments.map(({ rate }) => rate)),
      ratio: median(segments.map(({ rate, limit }) => rate / limit)),
      note:
        `median of ${segments.length} segments of ${bench.plan.segment}, limit ${limit.toFixed(0)}/s; processor time a ` +
        `certificate: node ${microseconds('node')} µs, Postgres ${microseconds('postgres')} µs, client ${microseconds('client')} µs`,
    }
  },
}
