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
  it('what it had made durable is not acknowledged, the node ends, and its successor has the block', async () => {
    await restingScene()
    const { postgres, node } = scene
    await holdCommits(postgres.connection)
    const { submission, outcome } = await publish()
    await heldSession(postgres.connection)
    await endHold(postgres.connection)
    await postgres.kill()
    await postgres.startAgain()
    expect(await outcome).toBe('cli.answer-lost')
    await expectRestart()

    const answer = await new NodeClient(await node.url()).submit(submission.bytes)
    expect(answer).toMatchObject({ id: toHex(submission.id), height: node.readyLines.at(-1)?.found?.height, number: 0 })
  })

  it('the same when only the connection is gone and Postgres goes on at once', async () => {
    await restingScene()
    const { postgres, node } = scene
    await holdCommits(postgres.connection)
    const { submission, outcome } = await publish()
    const session = await heldSession(postgres.connection)
    await endHold(postgres.connection)
    await withClient(postgres.connection, (sql) => sql`select pg_terminate_backend(${session})`)
    await answerCommits(postgres.connection)
    expect(await outcome).toBe('cli.answer-lost')
    await expectRestart()

    const answer = await new NodeClient(await node.url()).submit(submission.bytes)
    expect(answer).toMatchObject({ id: toHex(submission.id), height: node.readyLines.at(-1)?.found?.height, number: 0 })
  })

  it('what had not reached it is not acknowledged either, and is executed once when it is sent again', async () => {
    await restingScene()
    const { postgres, node } = scene
    postgres.pause()
    const { submission, outcome } = await publish()
    await sleep(settling)
    await postgres.kill()
    await postgres.startAgain()
    expect(await outcome).not.toBe('acknowledged')

    const answer = await new NodeClient(await node.url()).submit(submission.bytes)
    const again = await new NodeClient(await node.url()).submit(submission.bytes)
    expect(again).toEqual(answer)
  })
})

/** The process that saw the failure said so and ended; the next one serves. */
async function expectRestart(): Promise<void> {
  const { node } = scene
  await expect.poll(() => node.readyLines.length, { timeout: 60_000 }).toBe(2)
  expect(node.endings[0]).toMatchObject({ code: 1, failure: { code: 'store.unavailable' }, noise: '' })
}
