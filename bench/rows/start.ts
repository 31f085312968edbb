import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { NodeProcess } from '../ledger/process.ts'
import { batchesInFlight, publish } from '../ledger/publisher.ts'
import { median } from '../numbers.ts'
import { batchSize, million } from '../plan.ts'
import type { Figure, Row } from '../row.ts'
import { signBatches } from '../workload/batches.ts'

/** Starts of each kind. */
const starts = 3

/** Certificates that are being published when the node is killed. */
const inFlight = 2 * batchSize

/** Milliseconds of publishing before the kill. */
const beforeKill = 300

const common = { against: 'nothing', unit: 's', judged: 'value', better: 'lower', atSize: million } as const

export const startClean: Row = {
  ...common,
  name: 'start-clean',
  title: 'start of a node at a million after a clean stop, from its process to its first answer, Postgres included',
  reach: 3,
  goal: 1,
  measure: (bench) => timeStarts(bench, (node) => node.stop()),
}

export const startAfterKill: Row = {
  ...common,
  name: 'start-after-kill',
  title: 'the same after kill -9 of the node and of Postgres while they publish',
  reach: 10,
  goal: 3,
  measure: (bench) =>
    timeStarts(bench, async (node) => {
      const batches = await signBatches(bench.chain, await bench.unpublished(inFlight), batchSize)
      // The kill cuts the answers off; whether the batches are in the ledger is not this row's question.
      const load = publish(node.started.url, batches, batchesInFlight).catch(() => undefined)
      await delay(beforeKill)
      await node.kill()
      await load
    }),
}

async function timeStarts(bench: Bench, end: (node: NodeProcess) => Promise<void>): Promise<Figure> {
  const campaign = await bench.campaign()
  const times: NodeProcess[] = []
  for (let run = 0; run < starts; run++) {
    await end(campaign.node)
    times.push(await campaign.restart())
  }
  const part = (of: (node: NodeProcess) => number) => median(times.map(of))
  const [database, node] = [part(({ started }) => started.databaseSeconds), part(({ started }) => started.nodeSeconds)]
  return {
    value: part(({ startSeconds }) => startSeconds),
    ratio: null,
    size: campaign.published,
    note:
      `median of ${starts} starts at ${campaign.published} certificates; of it Postgres ${database.toFixed(2)} s, ` +
      `the node itself ${node.toFixed(2)} s, the rest is loading its code`,
  }
}
