import { afterEach, expect, it } from 'vitest'
import { testDatabase } from '../postgres.ts'
import { Flood, lostOf } from './back-pressure.ts'
import { type GatedNode, startGatedNode } from './gated-node.ts'

const database = await testDatabase()

/** Clients, four for each place of the node. */
const clients = 256

/** Milliseconds of each flood. */
const duration = 20_000

/** Bytes by which a later flood may take more than the first, which has filled the caches. */
const maximumGrowth = 150 * 1024 * 1024

let running: GatedNode
afterEach(() => running.stop())

it('a flood that lasts takes no more memory than one that has just begun', { timeout: 180_000 }, async () => {
  running = await startGatedNode({ database })
  const acknowledged: string[] = []
  const growths: number[] = []
  for (let round = 0; round < 3; round++) {
    const flood = new Flood(running)
    await flood.run(clients, AbortSignal.timeout(duration))
    expect(flood.oddities).toEqual([])
    expect(flood.refusals.get('api.too-many-submissions')).toBeGreaterThan(0)
    acknowledged.push(...flood.acknowledged)
    growths.push(flood.growth)
  }
  expect(Math.max(...growths.slice(1))).toBeLessThan(maximumGrowth)
  expect(acknowledged.length).toBeGreaterThan(clients)
  expect(await lostOf(running, acknowledged)).toEqual([])
  expect(running.failures).toEqual([])
})
