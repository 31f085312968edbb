import { describe, expect, it } from 'vitest'
import { createServer } from '../../../api/http/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'
import { testDatabase } from '../../postgres.ts'
import { startTestServer } from './fixture.ts'

const vendor = testMember('vendor-a', ['vendor'])
const lines: string[] = []
const log = { write: (line: string) => void lines.push(line) }
const { ledger, server, url, get, post } = await startTestServer([vendor], { log })

async function publication(serial: string) {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, serial)
  return ledger.sign([['pki', 'publish', [{ certificate }]]], [vendor.signer])
}

describe('/health and /ready', () => {
  it('say yes while all is well', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, json: { alive: true } })
    expect(await get('/ready')).toMatchObject({ status: 200, json: { ready: true, height: expect.any(Number) } })
  })

  it('differ once the node has stopped: the process lives, and serves nothing', async () => {
    const other = await startTestLedger({ database: await testDatabase(), members: [vendor] })
    const stopped = createServer({ node: other.node })
    const address = await stopped.listen(0)
    await other.stop()
    expect((await fetch(`${address}/health`)).status).toBe(200)
    const response = await fetch(`${address}/ready`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      code: 'node.not-ready',
      reason: expect.stringMatching(/^the (store|engine): [a-z. -]+$/),
    })
    const failed = await fetch(`${address}/v1/members`)
    expect(failed.status).toBeGreaterThanOrEqual(500)
    expect(await failed.json()).toMatchObject({ code: expect.stringMatching(/^(store|api)\./) })
    await stopped.close()
  })

  it('say no when the newest block is old', async () => {
    const strict = createServer({ node: ledger.node, maximumHeadAge: -1 })
    const response = await fetch(`${await strict.listen(0)}/ready`)
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(await response.json()).toMatchObject({
      status: 503,
      reason: expect.stringMatching(/^the newest block is \d+ s old$/),
    })
    await strict.close()
  })
})

describe('/metrics', () => {
  const value = async (pattern: RegExp) => {
    const { type, bytes } = await get('/metrics')
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/)
    return Number(pattern.exec(new TextDecoder().decode(bytes))?.[1])
  }

  it('count blocks, transactions, verdicts and events', async () => {
    const done = /^commonroot_transactions_total\{result="done"\} (\d+)$/m
    const items = /^commonroot_batch_items_total\{result="done"\} (\d+)$/m
    const events = /^commonroot_events_total\{module="pki",name="certificate-published"\} (\d+)$/m
    const bytes = await publication('M1')
    await post(bytes)
    const before = [await value(done), await value(items), await value(events)]
    await post(bytes)
    await post(await publication('M2'))
    expect([await value(done), await value(items), await value(events)]).toEqual(before.map((count) => count + 1))
    expect(await value(/^commonroot_blocks_total (\d+)$/m)).toBeGreaterThan(0)
    expect(await value(/^commonroot_height (\d+)$/m)).toBeGreaterThan(0)
    expect(await value(/^commonroot_block_age_seconds (\S+)$/m)).toBeLessThan(60)
  })

  it('tell how long requests take, by route and not by path', async () => {
    await get(`/v1/certificates/${'0'.repeat(64)}`)
    const count = /_count\{method="GET",route="\/v1\/certificates\/:fingerprint",status="4xx"\} (\d+)$/m
    expect(await value(count)).toBe(1)
    await get('/nothing/here')
    expect(await value(/_count\{method="GET",route="unknown",status="4xx"\} (\d+)$/m)).toBe(1)
  })
})

describe('the log', () => {
  it('has one line of JSON for each request, and nothing of what was sent', async () => {
    lines.length = 0
    const secret = 'a-query-nobody-logs'
    await get(`/v1/members?after=${secret}`, { headers: { authorization: `Bearer ${secret}`, cookie: secret } })
    await get(`/v1/chain?token=${secret}`)
    await get(`/${secret}`)
    await post(new TextEncoder().encode(secret))
    await expect.poll(() => lines.length).toBe(4)
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 30, method: 'GET', route: '/v1/members', status: 200, milliseconds: expect.any(Number) },
      { route: '/v1/chain', status: 400 },
      { route: 'unknown', status: 404 },
      { method: 'POST', route: '/v1/transactions', status: 400 },
    ])
    expect(lines.join('')).not.toContain(secret)
  })

  it('has the whole story of a failure, of which the client gets an id only', async () => {
    const broken = { write: (line: string) => void lines.push(line) }
    const failing = createServer({
      node: Object.create(ledger.node, {
        signedHeader: { value: () => Promise.reject(new Error('the disk is gone')) },
      }),
      log: broken,
    })
    lines.length = 0
    const response = await fetch(`${await failing.listen(0)}/v1/headers/1`)
    const text = await response.text()
    expect(text).not.toContain('disk')
    const problem = JSON.parse(text) as { instance: string }
    expect(problem).toMatchObject({ status: 500, code: 'api.internal', instance: expect.stringMatching(/^urn:uuid:/) })
    await failing.close()
    const failure = lines.find((line) => line.includes('the disk is gone'))
    expect(JSON.parse(failure ?? '{}')).toMatchObject({
      request: problem.instance.slice('urn:uuid:'.length),
      level: 50,
    })
  })
})

describe('the server', () => {
  it('listens on this machine only, unless told otherwise', () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('serves a reading page that loads nothing from elsewhere', async () => {
    const page = await get('/docs')
    expect(page).toMatchObject({ status: 200, type: expect.stringContaining('text/html') })
    const html = new TextDecoder().decode(page.bytes)
    expect(html).toContain('<title>Commonroot API</title>')
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
    expect(loaded.length).toBeGreaterThan(3)
    for (const path of loaded) {
      expect(path).toMatch(/^\/docs/)
      expect((await get(path)).status, path).toBe(200)
    }
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  })

  it('gives the same document to callers in the process', async () => {
    expect((await get('/openapi.json')).json).toEqual(await server.openapi())
  })
})
