import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { NodeClient } from '../../api/client/index.ts'
import { type DatabaseStore, openStore } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt } from '../store/blocks.ts'
import { type GatedNode, publicationBy, startGatedNode } from './gated-node.ts'

const database = await testDatabase()

/** Milliseconds in which a refusal counts as one at once. */
const atOnce = 1_000

/** Milliseconds: longer than a test, so that no idle block comes between. */
const never = 600_000

let running: GatedNode
afterEach(() => running.stop())

async function start(options: { readonly idleInterval?: number } = {}): Promise<GatedNode> {
  running = await startGatedNode({ database, ...options })
  return running
}

function schemaOf({ chain }: GatedNode): string {
  return `chain_${chain}`
}

async function post({ client }: GatedNode, bytes: Uint8Array): Promise<Response> {
  return fetch(`${client.url}/v1/transactions`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/cbor' },
  })
}

/** Resolves when the node has met the outage: its idle block waits. */
async function outageMet({ node }: GatedNode): Promise<void> {
  await expect.poll(() => node.chain.recovery.outage, { timeout: 5_000 }).toBeDefined()
}

/** Submits while nobody can write to a table, and resolves when the block has come as far as that. */
async function whileBlocked(ledger: GatedNode, bytes: Uint8Array, fault: () => Promise<void>, table = 'record') {
  let answer: ReturnType<NodeClient['submit']> | undefined
  await withClient(ledger.direct, (sql) =>
    sql.begin(async (transaction) => {
      await transaction`lock table ${transaction(schemaOf(ledger))}.${transaction(table)} in share mode`
      answer = ledger.client.submit(bytes)
      answer.catch(() => undefined)
      await expect.poll(() => waitingWrites(ledger), { timeout: 5_000 }).toHaveLength(1)
      await fault()
    }),
  )
  if (answer === undefined) throw new Error('nothing was submitted')
  return { answer }
}

async function waitingWrites({ direct }: GatedNode): Promise<readonly number[]> {
  const rows = await withClient(
    direct,
    (sql) => sql<{ pid: number }[]>`
      select pid from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database() and application_name = 'commonroot'`,
  )
  return rows.map(({ pid }) => pid)
}

describe('while Postgres is away', () => {
  it('requests fail at once and say so, the node lives and is not ready; when it is back, all goes on by itself', async () => {
    const ledger = await start()
    const { gate, client, node, failures, outages } = ledger
    const bytes = await publicationBy(ledger, 'S1')
    await gate.shut()
    await outageMet(ledger)

    const began = performance.now()
    const refused = await post(ledger, bytes)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(await refused.json()).toMatchObject({
      code: 'store.unavailable',
      detail: expect.not.stringMatching(/127|EC/),
    })
    const unread = await fetch(`${client.url}/v1/members`)
    expect(unread.status).toBe(503)
    expect(await unread.json()).toMatchObject({ code: 'store.unavailable' })
    expect((await fetch(`${client.url}/health`)).status).toBe(200)
    const ready = await fetch(`${client.url}/ready`)
    expect(ready.status).toBe(503)
    expect(ready.headers.get('retry-after')).toBe('2')
    expect(await ready.json()).toMatchObject({ code: 'node.not-ready', reason: 'the store: store.unavailable' })
    expect(performance.now() - began).toBeLessThan(atOnce)
    expect(await (await fetch(`${client.url}/metrics`)).text()).toMatch(
      /^commonroot_store_outage_seconds [0-9.]*[1-9]/m,
    )

    const { height = 0n } = node.chain.head ?? {}
    await gate.set('pass')
    await expect.poll(() => node.chain.head?.height ?? 0n, { timeout: 5_000 }).toBeGreaterThan(height)
    expect(await client.submit(bytes)).toMatchObject({ number: 0 })
    expect((await fetch(`${client.url}/ready`)).status).toBe(200)
    expect(outages).toEqual([expect.objectContaining({ code: 'store.unavailable' }), undefined])
    expect(failures).toEqual([])
  })

  it('what was taken before is acknowledged when its block lands after the outage', async () => {
    const ledger = await start({ idleInterval: never })
    const { gate, client, failures } = ledger
    const bytes = await publicationBy(ledger, 'S2')
    const { answer } = await whileBlocked(ledger, bytes, async () => {
      await gate.shut()
      await outageMet(ledger)
    })
    await gate.set('pass')
    const acknowledged = await answer
    expect(acknowledged).toMatchObject({ number: 0 })
    expect(await client.submit(bytes)).toEqual(acknowledged)
    expect(failures).toEqual([])
  })

  it('a stop does not wait for it', async () => {
    const ledger = await start()
    await ledger.gate.shut()
    await outageMet(ledger)
    const began = performance.now()
    await ledger.node.stop()
    expect(performance.now() - began).toBeLessThan(atOnce)
    expect(ledger.failures).toEqual([])
  })
})

/** Another program that opens the store as soon as the node's lock is gone. */
function taker({ direct, chain }: GatedNode): Promise<DatabaseStore> {
  return openStore({ connection: direct, chain })
}

describe('a signed header that could not be stored', () => {
  it('does not hold up a stop', async () => {
    const ledger = await start({ idleInterval: never })
    const bytes = await publicationBy(ledger, 'S4')
    await whileBlocked(
      ledger,
      bytes,
      async () => {
        await ledger.gate.shut()
        await outageMet(ledger)
        const began = performance.now()
        await ledger.node.stop()
        expect(performance.now() - began).toBeLessThan(atOnce)
      },
      'signed_header',
    )
    expect(ledger.failures).toEqual([])
  })
})

describe('a lock that was lost', () => {
  it('is taken back from a session of its own that the server does not know to be gone', async () => {
    const ledger = await start({ idleInterval: never })
    const { gate, failures } = ledger
    const { answer } = await whileBlocked(ledger, await publicationBy(ledger, 'S3'), async () => {
      const [former] = await waitingWrites(ledger)
      gate.cut('reset')
      await expect.poll(async () => (await waitingWrites(ledger)).includes(former ?? 0), { timeout: 5_000 }).toBe(false)
      await expect.poll(() => waitingWrites(ledger), { timeout: 5_000 }).toHaveLength(1)
    })
    expect(await answer).toMatchObject({ number: 0 })
    expect(failures).toEqual([])
  })

  it('is not taken from another node: this one ends, and writes no more', async () => {
    const ledger = await start()
    await ledger.gate.shut()
    await outageMet(ledger)
    const second = await taker(ledger)
    await ledger.gate.set('pass')
    await expect.poll(() => ledger.failures, { timeout: 10_000 }).toMatchObject([{ code: 'store.in-use' }])
    await second.close()
  })

  it('is taken back when the other node is gone, and what that one wrote stands: this one ends', async () => {
    const ledger = await start()
    await ledger.gate.shut()
    await outageMet(ledger)
    const second = await taker(ledger)
    const head = await second.head()
    const height = (head?.height ?? 0n) + 1n
    await second.write(blockAt(height))
    await second.close()
    await ledger.gate.set('pass')
    await expect.poll(() => ledger.failures, { timeout: 10_000 }).toMatchObject([{ code: 'chain.overtaken' }])
    await ledger.node.stop()
    const reader = await taker(ledger)
    expect((await reader.head())?.height).toBe(height)
    expect((await reader.block(height))?.block).toEqual(blockAt(height).block)
    await reader.close()
  })
})

describe('what is no outage', () => {
  it('ends the node with the code of the store', async () => {
    const ledger = await start()
    await withClient(
      ledger.direct,
      (sql) => sql`alter table ${sql(schemaOf(ledger))}.before_image rename to before_image_away`,
    )
    await expect.poll(() => ledger.failures, { timeout: 10_000 }).toMatchObject([{ code: 'store.refused' }])
    await sleep(200)
    expect(ledger.node.chain.recovery.outage).toBeUndefined()
  })
})
