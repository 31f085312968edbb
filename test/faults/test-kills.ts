/** The test of random kills, which the short and the long run give different numbers of them. */
import { afterAll, expect, it } from 'vitest'
import { hasArchived } from './background-work.ts'
import { killAtRandom } from './kills.ts'
import { openScene } from './scene.ts'
import { chooseSeed, SeededRandom, seedVariable } from './seeded-random.ts'
import { survive } from './survival.ts'

/** @param timeout milliseconds */
export async function testKills(kills: number, timeout: number): Promise<void> {
  const seed = chooseSeed()
  const scene = await openScene({ inBackground: true })
  afterAll(() => scene.discard())

  it(`${kills} random kills of node and Postgres, while rows follow and blocks are archived, lose nothing`, {
    timeout,
  }, async () => {
    console.log(`seed ${seed}; the same choices again: ${seedVariable}=${seed}`)
    const random = new SeededRandom(seed)
    const survival = await survive(scene, random, (...given) => killAtRandom(...given, kills))
    const { acknowledged, lost, unanswered, blocks, complaints } = survival
    console.log(`${blocks} blocks, ${scene.node.readyLines.length} starts, ${unanswered} submissions never answered`)
    console.log(`faults ${kills}, acknowledged ${acknowledged}, lost ${lost}`)
    expect(complaints).toEqual([])
    expect(hasArchived(scene.folder)).toBe(true)
    expect(acknowledged).toBeGreaterThan(kills)
    expect(lost).toBe(0)
  })
}
