import { median, slope } from '../numbers.ts'
import { million } from '../plan.ts'
import type { Row } from '../row.ts'

/** Growth over the second half of the publication, as part of the whole, up to which memory counts as flat. */
const flat = 0.1

const megabyte = 1_000_000

export const memory: Row = {
  name: 'memory',
  title: 'resident memory of the node process at a million, while it publishes; flat over the second half',
  against: 'nothing',
  unit: 'MB',
  judged: 'value',
  better: 'lower',
  reach: 450,
  goal: 300,
  atSize: million,
  measure: async (bench) => {
    const { memory, published } = await bench.campaign()
    const late = memory.filter((sample) => sample.published >= published / 2)
    const last = late.filter((sample) => sample.published >= published - bench.plan.segment)
    const points = late.map((sample) => ({ x: sample.published, y: sample.bytes / megabyte }))
    const growth = (slope(points) * published) / 2
    const value = median(last.map(({ bytes }) => bytes)) / megabyte
    const peak = Math.max(...memory.map(({ bytes }) => bytes)) / megabyte
    return {
      value,
      ratio: null,
      size: published,
      note:
        `median over the last segment, ${memory.length} samples in all, peak ${peak.toFixed(0)} MB; ` +
        `grows by ${growth.toFixed(0)} MB from ${published / 2} to ${published} certificates`,
      ...(growth > flat * value ? { broken: 'it grows' } : {}),
    }
  },
}
