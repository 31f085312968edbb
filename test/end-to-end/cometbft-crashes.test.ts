/** A node on CometBFT whose application, CometBFT or both are killed: in the middle of a commit, and anywhere. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { FaultOrder } from '../faults/fault-order.ts'
import type { FaultPoint } from '../faults/fault-point.ts'
import { cometbftHomeOf } from '../faults/node-engine.ts'
import { Publisher } from '../faults/publisher.ts'
import { openScene, type Scene } from '../faults/scene.ts'
import { chooseSeed, SeededRandom, seedVariable } from '../faults/seeded-random.ts'
import { moreAcknowledged, type Submission } from '../faults/submissions.ts'
import { survive } from '../faults/survival.ts'

/** What a crash there leaves: CometBFT ahead, the application ahead, a block without its signed header. */
const points: readonly FaultPoint[] = [
  { step: 'block.write', moment: 'before', occurrence: 1 },
  { step: 'block.write', moment: 'after', occurrence: 1 },
  { step: 'signed-header.put', moment: 'before', occurrence: 1 },
  { step: 'signed-header.put', moment: 'after', occurrence: 1 },
]

/** Kills of CometBFT between two starts of the node, which gives up after five in a minute. */
const kills = 3

/** Milliseconds in which a kill falls. */
const killWindow = 300

const order = new FaultOrder()
const scene = await openScene({
  cometbft: installCometbft(),
  supervise: () => ({ imports: [order.module] }),
})
afterAll(async () => {
  await scene.discard()
  order.discard()
})

it('brings every block to its end, and loses and doubles nothing', { timeout: 180_000 }, async () => {
  const seed = chooseSeed()
  console.log(`seed ${seed}; the same choices again: ${seedVariable}=${seed}`)
  const survival = await survive(
    scene,
    new SeededRandom(seed),
    async ({ node }, book, random) => {
      for (const point of points) {
        await moreAcknowledged(book)
        await order.endAt(point, node)
        expect(order.isCarriedOut).toBe(true)
      }
      for (let kill = 0; kill < kills; kill++) {
        await sleep(random.whole(killWindow))
        await killCometbft(scene)
        await newcomerAcknowledged(`K${kill}`, book, random.fork())
      }
      await Promise.all([node.kill(), killCometbft(scene)])
      await newcomerAcknowledged('both', book, random.fork())
    },
    ['P'],
  )
  const { acknowledged, lost, complaints } = survival
  expect(complaints).toEqual([])
  expect(acknowledged).toBeGreaterThan(points.length + kills)
  expect(lost).toBe(0)
  expect(scene.node.readyLines).toHaveLength(points.length + 2)
})

/** A submission that waited in the mempool of a killed CometBFT waits in vain, and its sender for half a minute. */
async function newcomerAcknowledged(name: string, book: Submission[], random: SeededRandom): Promise<void> {
  const stop = new AbortController()
  const run = new Publisher({ ...scene, name, random, book }).run(stop.signal)
  await moreAcknowledged(book)
  stop.abort()
  await run
}

/** Kills it, or the next one when it has just ended. */
async function killCometbft({ folder }: Scene): Promise<void> {
  const file = join(cometbftHomeOf(folder), 'cometbft.pid')
  while (!existsSync(file)) await sleep(5)
  process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
}
