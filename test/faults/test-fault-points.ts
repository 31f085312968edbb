/** The test of a node that ends at every durable step, which the short and the long run give different numbers of times. */
import { afterAll, expect, it } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { chainIdOf } from '../../src/chain/index.ts'
import { openStore } from '../../src/store/index.ts'
import { brokenAnswers, storedOutcomes } from './check-promises.ts'
import { FaultOrder, nameOfPoint } from './fault-order.ts'
import type { FaultPoint } from './fault-point.ts'
import { openScene, type Scene } from './scene.ts'
import { chooseSeed, SeededRandom, seedVariable } from './seeded-random.ts'
import { unprovenNow } from './still-proven.ts'
import { moreAcknowledged, type Submission } from './submissions.ts'
import { fsckComplaints, survive } from './survival.ts'

/** @param timeout milliseconds */
export async function testFaultPoints(points: readonly FaultPoint[], timeout: number): Promise<void> {
  const seed = chooseSeed()
  const complaints: string[] = []
  let book: readonly Submission[] = []
  let place = 'at the start'
  const order = new FaultOrder()
  const scene = await openScene({
    supervise: ({ genesis, postgres }) => ({
      imports: [order.module],
      betweenStarts: async () => {
        const found = await leftBehind({ genesis, postgres, chain: chainIdOf(genesis) }, book).catch(String)
        complaints.push(...[found].flat().map((complaint) => `${place}: ${complaint}`))
      },
    }),
  })
  afterAll(async () => {
    await scene.discard()
    order.discard()
  })

  it(`a node that ends at each of ${points.length} fault points loses nothing and leaves fsck content`, {
    timeout,
  }, async () => {
    console.log(`seed ${seed}; the same choices again: ${seedVariable}=${seed}`)
    const survival = await survive(
      scene,
      new SeededRandom(seed),
      async ({ node, trust }, written) => {
        book = written
        for (const point of points) {
          await moreAcknowledged(book)
          complaints.push(...(await unprovenNow(new NodeClient(await node.url()), trust, book)))
          place = nameOfPoint(point)
          await order.endAt(point, node)
          expect(order.isCarriedOut).toBe(true)
        }
        await moreAcknowledged(book)
      },
      ['P'],
    )
    const { acknowledged, lost, unanswered, blocks } = survival
    console.log(`${points.length} fault points, ${scene.node.readyLines.length} starts, ${blocks} blocks`)
    console.log(`acknowledged ${acknowledged}, lost ${lost}, never answered ${unanswered}`)
    expect([...complaints, ...survival.complaints]).toEqual([])
    expect(scene.node.endings.filter(({ signal }) => signal === 'SIGKILL')).toHaveLength(points.length)
    expect(acknowledged).toBeGreaterThan(points.length)
    expect(lost).toBe(0)
  })
}

/** What is wrong with a store that its node has just left. */
async function leftBehind(
  scene: Pick<Scene, 'genesis' | 'postgres' | 'chain'>,
  book: readonly Submission[],
): Promise<readonly string[]> {
  const store = await openStore({ connection: scene.postgres.connection, chain: scene.chain })
  try {
    return [...brokenAnswers(book, await storedOutcomes(store, book)), ...(await fsckComplaints(scene, store))]
  } finally {
    await store.close()
  }
}
