import { NodeClient } from '../../api/client/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { publish } from '../ledger/publisher.ts'
import { median, quantile } from '../numbers.ts'
import type { Row } from '../row.ts'
import { signBatches } from '../workload/batches.ts'

/** Certificates in the batch. */
const size = 100

/** Batches a repetition of the plan. */
const batchesPerRepetition = 8

export const publishToProof: Row = {
  name: 'publish-to-proof',
  title: 'from sending one batch of 100 to holding a proof of one of them, median',
  against: 'the time to verify 100 signatures at the limit of the machine',
  unit: 'ms',
  judged: 'value',
  better: 'lower',
  reach: 300,
  goal: 150,
  measure: async (bench) => {
    const { node, segments } = await bench.campaign()
    const client = new NodeClient(node.started.url)
    const times: number[] = []
    for (let run = 0; run < batchesPerRepetition * bench.plan.repetitions; run++) {
      const certificates = await bench.unpublished(size)
      const batches = await signBatches(bench.chain, certificates, size)
      const fingerprint = toHex(sha256(certificates[run % size]!))
      const sent = performance.now()
      const { done } = await publish(node.started.url, batches, 1)
      await client.proof(fingerprint)
      times.push(performance.now() - sent)
      if (done !== size) throw new Error(`of ${size} certificates the ledger recorded ${done}`)
    }
    const bare = (1000 * size) / median(segments.map(({ limit }) => limit))
    return {
      value: median(times),
      ratio: median(times) / bare,
      note: `${times.length} batches one after the other, 90 % under ${quantile(times, 0.9).toFixed(0)} ms; bare ${bare.toFixed(1)} ms`,
    }
  },
}
