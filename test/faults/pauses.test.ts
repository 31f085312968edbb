import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { openScene } from './scene.ts'
import { chooseSeed, SeededRandom } from './seeded-random.ts'
import { countAnswers, moreAcknowledged } from './submissions.ts'
import { survive } from './survival.ts'

/** Milliseconds that Postgres stands still: less than the node waits for an answer. */
const standstill = 3_000

/** Milliseconds in which answers of before the standstill may still arrive. */
const arrival = 500

const scene = await openScene()
afterAll(() => scene.discard())

it('a Postgres that stands still delays answers: none is given without it, none is lost', {
  timeout: 120_000,
}, async () => {
  const { complaints, lost } = await survive(scene, new SeededRandom(chooseSeed()), async ({ postgres }, book) => {
    for (let pause = 0; pause < 2; pause++) {
      await moreAcknowledged(book)
      postgres.pause()
      await sleep(arrival)
      const before = countAnswers(book)
      await sleep(standstill - arrival)
      expect(countAnswers(book)).toBe(before)
      postgres.resume()
    }
    await moreAcknowledged(book)
  })
  expect(complaints).toEqual([])
  expect(lost).toBe(0)
  expect(scene.node.readyLines).toHaveLength(1)
})
