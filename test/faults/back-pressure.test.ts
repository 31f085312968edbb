import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { submitTransaction } from '../../api/client/index.ts'
import { testDatabase } from '../postgres.ts'
import { Flood, lostOf, settled } from './back-pressure.ts'
import { type GatedNode, publicationBy, startGatedNode } from './gated-node.ts'

const database = await testDatabase()

/** Bytes: many times what the bounded number of submissions can hold, and far below what the flood sends. */
const maximumGrowth = 200 * 1024 * 1024

/** Milliseconds within which what a test waits for must come. */
const patience = 10_000

let running: GatedNode
afterEach(() => running.stop())

async function moreThan({ acknowledged }: Flood, count: number): Promise<void> {
  await expect.poll(() => acknowledged.length, { timeout: patience }).toBeGreaterThan(count)
}

/** Some were acknowledged, and others turned away with this code. */
function isPast({ acknowledged, refusals }: Flood, code: string): boolean {
  return acknowledged.length > 0 && refusals.has(code)
}

async function floodUntil(flood: Flood, clients: number, isEnough: () => boolean): Promise<void> {
  const stop = new AbortController()
  const flooding = flood.run(clients, stop.signal)
  await expect.poll(isEnough, { timeout: patience }).toBe(true)
  stop.abort()
  await flooding
}

describe('clients that submit faster than blocks are made', () => {
  it('are turned away with the time to come back, and nothing that was acknowledged is lost', async () => {
    running = await startGatedNode({ database, server: { maximumSubmissions: 4 } })
    const flood = new Flood(running)
    await floodUntil(flood, 24, () => isPast(flood, 'api.too-many-submissions'))
    expect(flood.oddities).toEqual([])
    expect(await lostOf(running, flood.acknowledged)).toEqual([])
    expect(flood.growth).toBeLessThan(maximumGrowth)
    expect(running.failures).toEqual([])
  })

  it('and that do not wait for blocks fill a mempool that is bounded', async () => {
    running = await startGatedNode({ database, mempool: { count: 20, bytes: 1_000_000 } })
    const flood = new Flood(running, '?wait=false')
    await floodUntil(flood, 40, () => isPast(flood, 'engine.mempool-full'))
    expect(flood.oddities).toEqual([])
    await settled(running)
    expect(await lostOf(running, flood.acknowledged)).toEqual([])
  })

  it('all get through in the end when they heed what they are told', async () => {
    running = await startGatedNode({ database, server: { maximumSubmissions: 8 } })
    const { client } = running
    const bytes = await Promise.all(Array.from({ length: 16 }, (_, index) => publicationBy(running, `R${index}`)))
    const answers = await Promise.all(bytes.map((each) => submitTransaction(client, each)))
    expect(answers.map(({ number }) => number)).toEqual(bytes.map(() => 0))
  })

  it('during an outage are refused at once, and what is acknowledged before and after it is there', async () => {
    running = await startGatedNode({ database })
    const { gate, node, client, failures } = running
    const late = await publicationBy(running, 'late')
    const flood = new Flood(running)
    const stop = new AbortController()
    const flooding = flood.run(16, stop.signal)
    await moreThan(flood, 0)
    await gate.shut()
    await expect.poll(() => node.chain.recovery.outage, { timeout: patience }).toBeDefined()
    await expect(client.submit(late)).rejects.toMatchObject({ code: 'store.unavailable', status: 503 })
    const before = flood.acknowledged.length
    await gate.set('pass')
    await moreThan(flood, before)
    stop.abort()
    await flooding
    expect(flood.oddities).toEqual([])
    expect(await lostOf(running, flood.acknowledged)).toEqual([])
    expect(failures).toEqual([])
  })
})

it('requests that are sent without waiting for answers are bounded as well, and life is seen all the same', async () => {
  const limit = 8
  running = await startGatedNode({ database, server: { maximumRequests: limit } })
  const { gate, client } = running
  await gate.set('hold')
  const socket = connect(Number(new URL(client.url).port), '127.0.0.1')
  let text = ''
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1')
  })
  socket.write('GET /v1/members HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(4 * limit))
  await expect.poll(async () => (await fetch(`${client.url}/v1/members`)).status, { timeout: 5_000 }).toBe(429)
  const refused = await fetch(`${client.url}/v1/members`)
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(await refused.json()).toMatchObject({ code: 'api.too-many-requests', details: { limit } })
  expect((await fetch(`${client.url}/health`)).status).toBe(200)
  await gate.set('pass')
  await expect.poll(() => text.split('HTTP/1.1 200').length - 1, { timeout: 5_000 }).toBe(limit)
  await expect.poll(() => text.split('HTTP/1.1 429').length - 1, { timeout: 5_000 }).toBe(3 * limit)
  socket.destroy()
  await expect.poll(async () => (await fetch(`${client.url}/v1/members`)).status).toBe(200)
})
