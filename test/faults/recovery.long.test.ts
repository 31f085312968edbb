import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { testDatabase } from '../postgres.ts'
import { type GatedNode, publicationBy, startGatedNode } from './gated-node.ts'

const database = await testDatabase()

/** Milliseconds that Postgres stays away. */
const absence = 3_000

/** Milliseconds within which the node must be at work again. */
const patience = 15_000

let running: GatedNode
afterEach(() => running.stop())

async function expectRecovery({ node, client, gate }: GatedNode, bytes: Uint8Array): Promise<void> {
  const { height = 0n } = node.chain.head ?? {}
  await gate.set('pass')
  await expect.poll(() => node.chain.head?.height ?? 0n, { timeout: patience }).toBeGreaterThan(height)
  await expect
    .poll(() => client.submit(bytes).catch((error: unknown) => error), { timeout: patience })
    .toMatchObject({ number: 0 })
  expect(running.failures).toEqual([])
}

it('CometBFT waits with its block while Postgres is away, several times, and goes on with it', {
  timeout: 120_000,
}, async () => {
  running = await startGatedNode({ database, cometbft: installCometbft() })
  const { gate, client } = running
  for (let round = 0; round < 3; round++) {
    expect(await client.submit(await publicationBy(running, `C${round}`))).toMatchObject({ number: 0 })
    const bytes = await publicationBy(running, `D${round}`)
    await gate.shut()
    await expect.poll(() => running.node.chain.recovery.outage, { timeout: patience }).toBeDefined()
    await expect(client.submit(bytes)).rejects.toMatchObject({ code: 'store.unavailable', status: 503 })
    await sleep(absence)
    await expectRecovery(running, bytes)
  }
})

it('a Postgres that takes queries and answers none is given up in bounded time, and waited for', {
  timeout: 180_000,
}, async () => {
  running = await startGatedNode({ database })
  const { gate, client, node } = running
  const bytes = await publicationBy(running, 'H1')
  await gate.set('hold')
  const began = performance.now()
  await expect(client.members()).rejects.toMatchObject({ code: 'store.unavailable', status: 503 })
  expect(performance.now() - began).toBeLessThan(30_000)
  await expect.poll(() => node.chain.recovery.outage, { timeout: 90_000 }).toBeDefined()
  const known = performance.now()
  await expect(client.submit(bytes)).rejects.toMatchObject({ code: 'store.unavailable', status: 503 })
  expect(performance.now() - known).toBeLessThan(1_000)
  await expectRecovery(running, bytes)
})
