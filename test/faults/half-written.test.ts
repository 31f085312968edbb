import { afterAll, expect, it } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { withClient } from '../postgres.ts'
import { brokenFates, owedFates, provenFates } from './check-promises.ts'
import { Publisher } from './publisher.ts'
import { openScene } from './scene.ts'
import { chooseSeed, SeededRandom } from './seeded-random.ts'
import { type Submission, submissionOutcome } from './submissions.ts'

/** Milliseconds: longer than the tests, so that no idle block comes between. */
const never = 600_000

const scene = await openScene({ idleInterval: never })
afterAll(() => scene.discard())
const { node, postgres } = scene
const publisher = new Publisher({ ...scene, name: 'P', random: new SeededRandom(chooseSeed()), book: [] })

/** Does `work` while nobody can write to a table of the chain: a block stops in the midst of its transaction. */
function whileLocked(table: string, work: () => Promise<void>): Promise<unknown> {
  return withClient(postgres.connection, (sql) =>
    sql.begin(async (transaction) => {
      await transaction`lock table ${transaction(`chain_${scene.chain}`)}.${transaction(table)} in share mode`
      await work()
    }),
  )
}

function waitingWrites(): Promise<number> {
  return withClient(
    postgres.connection,
    async (sql) => (await sql`select from pg_stat_activity where wait_event_type = 'Lock'`).length,
  )
}

/** Submits while a table is locked, and does `fault` when the block has come as far as that table. */
async function faultAt(
  table: string,
  fault: () => Promise<unknown>,
): Promise<{ submission: Submission; outcome: string }> {
  const submission = await publisher.publication()
  const url = await node.url()
  let outcome: Promise<string> | undefined
  const locked = whileLocked(table, async () => {
    outcome = submissionOutcome(url, submission)
    await expect.poll(waitingWrites, { timeout: 30_000 }).toBe(1)
    await fault()
  })
  // A server that is killed takes the lock's session with it.
  await locked.catch(() => undefined)
  if (outcome === undefined) throw new Error('nothing was submitted')
  return { submission, outcome: await outcome }
}

async function expectPublished(submission: Submission): Promise<void> {
  const client = new NodeClient(await node.url())
  submission.answers.push(await client.submit(submission.bytes))
  const proven = await provenFates(client, scene.trust, [submission])
  expect(brokenFates(owedFates([submission], new Map()), proven)).toEqual([])
}

it.each(['block', 'record', 'page', 'transaction_id'])(
  'a block that is about to write table %s is there whole or not at all when the node is killed',
  { timeout: 120_000 },
  async (table) => {
    const starts = node.readyLines.length
    const { submission, outcome } = await faultAt(table, () => node.kill())
    expect(outcome).toBe('cli.answer-lost')

    await expect.poll(() => node.readyLines.length, { timeout: 60_000 }).toBeGreaterThan(starts)
    // Postgres may finish a statement of which nobody waits for the answer any more.
    const client = new NodeClient(await node.url())
    const { status } = await fetch(`${client.url}/v1/transactions/${toHex(submission.id)}`)
    expect([200, 404]).toContain(status)
    for (const { fingerprint } of status === 404 ? submission.items : []) {
      await expect(client.certificate(toHex(fingerprint))).rejects.toMatchObject({ code: 'pki.unknown-certificate' })
    }
    await expectPublished(submission)
  },
)

it.each(['before_image', 'index_entry', 'blob'])(
  'a block that is about to write table %s is written whole by the same node when Postgres is killed and comes back',
  { timeout: 120_000 },
  async (table) => {
    const starts = node.readyLines.length
    const { submission, outcome } = await faultAt(table, async () => {
      await postgres.kill()
      await postgres.startAgain()
    })
    expect(outcome).toBe('acknowledged')
    expect(node.readyLines).toHaveLength(starts)
    await expectPublished(submission)
  },
)
