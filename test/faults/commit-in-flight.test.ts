import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { withClient } from '../postgres.ts'
import { answerCommits, endHold, heldSession, holdCommits } from './held-commit.ts'
import { Publisher } from './publisher.ts'
import { openScene, type Scene } from './scene.ts'
import { SeededRandom } from './seeded-random.ts'
import { type Submission, submissionOutcome } from './submissions.ts'

/** Milliseconds: longer than a test, so that no idle block comes between. */
const never = 600_000

/** Milliseconds in which a chain that has just begun comes to rest, and in which a submission comes to a stop. */
const settling = 500

let scene: Scene
afterEach(() => scene.discard())

/** A publication that is on its way; how it ends is not known yet. */
async function publish(): Promise<{ submission: Submission; outcome: Promise<string> }> {
  const publisher = new Publisher({ ...scene, name: 'P', random: new SeededRandom(1), book: [] })
  const submission = await publisher.publication()
  const outcome = submissionOutcome(await scene.node.url(), submission)
  return { submission, outcome }
}

async function restingScene(): Promise<void> {
  scene = await openScene({ idleInterval: never })
  await sleep(settling)
}

describe('when Postgres is gone while a commit is in flight', { timeout: 120_000 }, () => {
  it('what it had made durable is acknowledged once it is back, and not executed again', async () => {
    await restingScene()
    const { postgres } = scene
    await holdCommits(postgres.connection)
    const { submission, outcome } = await publish()
    await heldSession(postgres.connection)
    await endHold(postgres.connection)
    await postgres.kill()
    await postgres.startAgain()
    expect(await outcome).toBe('acknowledged')
    await expectOnce(submission)
  })

  it('the same when only the connection is gone and Postgres goes on at once', async () => {
    await restingScene()
    const { postgres } = scene
    await holdCommits(postgres.connection)
    const { submission, outcome } = await publish()
    const session = await heldSession(postgres.connection)
    await endHold(postgres.connection)
    await withClient(postgres.connection, (sql) => sql`select pg_terminate_backend(${session})`)
    await answerCommits(postgres.connection)
    expect(await outcome).toBe('acknowledged')
    await expectOnce(submission)
  })

  it('what had not reached it is executed then, once', async () => {
    await restingScene()
    const { postgres } = scene
    postgres.pause()
    const { submission, outcome } = await publish()
    await sleep(settling)
    await postgres.kill()
    await postgres.startAgain()
    // It may have been cut off before it was in the mempool: then it is for its sender to send it again.
    expect(['acknowledged', 'store.unavailable']).toContain(await outcome)
    await expectOnce(submission)
  })
})

/** Sent again, it has one place in one chain; the process that met the failure is the one that serves. */
async function expectOnce(submission: Submission): Promise<void> {
  const { node } = scene
  const client = new NodeClient(await node.url())
  const answer = await client.submit(submission.bytes)
  expect(answer).toMatchObject({ id: toHex(submission.id), number: 0 })
  expect(await client.submit(submission.bytes)).toEqual(answer)
  expect(node.readyLines).toHaveLength(1)
  expect(node.endings).toEqual([])
}
