import { median } from '../numbers.ts'
import { million } from '../plan.ts'
import type { Row } from '../row.ts'

/** Segments that end between these numbers of certificates give the rate "at 10^5"; the last as many that at 10^6. */
const early = { from: 50_000, until: 150_000 }

export const throughputAtMillion: Row = {
  name: 'throughput-at-million',
  title: 'the same at a million published',
  against: 'the rate at a hundred thousand published',
  unit: '1/s',
  judged: 'ratio',
  better: 'higher',
  reach: 0.6,
  goal: 0.8,
  atSize: million,
  measure: async (bench) => {
    if (bench.plan.certificates < million) return { value: null, ratio: null, note: 'only with --million' }
    const { segments, published } = await bench.campaign()
    const first = segments.filter(({ until }) => until > early.from && until <= early.until)
    const last = segments.slice(-first.length)
    const rate = (part: typeof segments) => median(part.map((segment) => segment.rate))
    const share = (part: typeof segments) => median(part.map((segment) => segment.rate / segment.limit))
    return {
      value: rate(last),
      ratio: rate(last) / rate(first),
      size: published,
      note:
        `medians of ${first.length} segments of ${bench.plan.segment}; at 10^5 ${rate(first).toFixed(0)}/s; ` +
        `of the machine's own limit ${share(first).toFixed(2)} then, ${share(last).toFixed(2)} now`,
    }
  },
}
