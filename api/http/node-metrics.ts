/** What is measured of a node and its server: every metric by name, in one place. */
import type { Follower } from '../../src/follower/index.ts'
import { done, unchanged } from '../../src/host/index.ts'
import type { LedgerNode } from '../../src/node/index.ts'
import type { Carrier } from '../carrier/index.ts'
import { errorRow } from '../catalogue.ts'
import { Registry } from './metrics.ts'
import type { Slots } from './slots.ts'

/** Seconds: reads take milliseconds, a submission a block or two, and 30 s is where it is given up. */
const durationBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export type NodeMetrics = {
  readonly registry: Registry
  readonly observeRequest: (request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }) => void
  /** Ends the listening to blocks. */
  readonly stop: () => void
}

export function measureNode(
  { chain }: Pick<LedgerNode, 'chain'>,
  submissions: Slots,
  carrier: Carrier | undefined,
  follower: Follower | undefined,
): NodeMetrics {
  const registry = new Registry()
  registry.gauge('commonroot_height', 'The newest block.', () => optional(chain.head?.height))
  registry.gauge('commonroot_block_age_seconds', 'Seconds between the newest block and now.', () =>
    chain.head === undefined ? undefined : (Date.now() - Number(chain.head.time)) / 1000,
  )
  registry.gauge(
    'commonroot_store_outage_seconds',
    'For how long blocks have been waiting for the store; 0: not.',
    () => {
      const { outage } = chain.recovery
      return outage === undefined ? 0 : (Date.now() - outage.since) / 1000
    },
  )
  registry.gauge(
    'commonroot_submissions_in_progress',
    'Submissions being received or waiting.',
    () => submissions.taken,
  )
  registry.gauge('commonroot_submissions_limit', 'Submissions that may be in progress.', () => submissions.limit)
  registry.gauge(
    'commonroot_carried_in_progress',
    'Single certificates that gather or wait for their block.',
    () => carrier?.held,
  )
  registry.gauge('commonroot_follower_height', 'The newest block in all search indexes.', () =>
    optional(follower?.status().height),
  )
  registry.gauge('commonroot_follower_lag_blocks', 'Blocks that are not in the search indexes yet.', () =>
    optional(follower?.status().lagBlocks),
  )
  registry.gauge('commonroot_follower_lag_seconds', 'Block time that is not in the search indexes yet.', () => {
    const lag = follower?.status().lagMilliseconds
    return lag === undefined ? undefined : Number(lag) / 1000
  })
  registry.gauge('commonroot_follower_failed_attempts', 'Attempts in a row in which the follower has failed.', () =>
    follower === undefined ? undefined : (follower.status().failure?.attempts ?? 0),
  )
  registry.gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  registry.gauge(
    'process_start_time_seconds',
    'When the process started, since 1970.',
    () => performance.timeOrigin / 1000,
  )
  const blocks = registry.counter('commonroot_blocks_total', 'Blocks committed since the start.')
  const transactions = registry.counter(
    'commonroot_transactions_total',
    'Transactions by result: done, unchanged, or the area of the refusal.',
  )
  const items = registry.counter(
    'commonroot_batch_items_total',
    'Items of batches, published certificates among them, by verdict.',
  )
  const events = registry.counter('commonroot_events_total', 'Events of modules.')
  const requests = registry.histogram(
    'commonroot_http_request_duration_seconds',
    'Requests by route and status.',
    durationBounds,
  )
  const stop = chain.onCommit(({ executed }) => {
    blocks.add()
    for (const { code, operations } of executed.results) {
      transactions.add({ result: classOf(code) })
      for (const [verdict, count] of countOf(operations.flatMap(({ verdicts }) => verdicts ?? []))) {
        items.add({ result: classOf(verdict) }, count)
      }
    }
    for (const [type, count] of countOf(executed.events.map(({ module, name }) => `${module}/${name}`))) {
      const [module = '', name = ''] = type.split('/')
      events.add({ module, name }, count)
    }
  })
  return {
    registry,
    stop,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
  }
}

/** How often each value occurs: a block has thousands of items of few kinds. */
function countOf<Value>(values: readonly Value[]): ReadonlyMap<Value, number> {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The label of a result: few words, however many codes there are. */
function classOf(number: number): string {
  if (number === done) return 'done'
  if (number === unchanged) return 'unchanged'
  return errorRow(number)?.code.split('.')[0] ?? 'unknown'
}

function optional(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}
