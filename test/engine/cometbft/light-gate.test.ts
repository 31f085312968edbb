/** The door for light clients: what passes, what does not, and what is on the other side of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LightGate } from '../../../src/engine/cometbft/light-gate.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-gate-'))
const socket = join(folder, 'rpc')
let behind: Server
let gate: LightGate
let url = ''
let passed: string[] = []

beforeAll(async () => {
  behind = createServer((incoming, outgoing) => {
    let text = ''
    incoming.on('data', (part: Buffer) => {
      text += part.toString()
    })
    incoming.on('end', () => {
      passed.push(text)
      outgoing.end('{"result":{}}')
    })
  })
  await new Promise<void>((resolve) => behind.listen(socket, resolve))
  gate = new LightGate({ path: socket })
  url = `http://127.0.0.1:${await gate.listen('127.0.0.1:0')}`
})
afterAll(async () => {
  await gate.close()
  await new Promise((resolve) => behind.close(resolve))
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  passed = []
})

async function ask(body: string, method = 'POST'): Promise<number | 'cut'> {
  const answer = await fetch(url, method === 'GET' ? { method } : { method, body }).catch(() => undefined)
  await answer?.text()
  return answer?.status ?? 'cut'
}

function call(method: string, params: unknown = {}, id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

describe('what a light client asks', () => {
  it.each([
    call('commit', { height: '7' }),
    call('validators', { height: '7', page: '1', per_page: '100' }),
    call('consensus_params', { height: '7' }),
    call('status'),
  ])('passes: %s', async (body) => {
    expect(await ask(body)).toBe(200)
    expect(passed).toEqual([body])
  })
})

describe('all else', () => {
  it.each([
    ['a transaction', call('broadcast_tx_sync', { tx: 'AAAA' })],
    ['what costs much', call('dump_consensus_state')],
    ['a subscription', call('subscribe', { query: "tm.event='Tx'" })],
    ['another parameter', call('commit', { height: '7', extra: '1' })],
    ['a parameter that is no number', call('commit', { height: '7 or 8' })],
    ['a nested parameter', call('commit', { height: { $gt: '0' } })],
    ['a list of parameters', call('commit', ['7'])],
    ['several calls', `[${call('status')}]`],
    ['no method', '{"id":1}'],
    ['no JSON', 'status'],
    ['a long id', call('status', {}, 'x'.repeat(65))],
    ['nothing', ''],
  ])('is refused, and nothing gets through: %s', async (_, body) => {
    expect(await ask(body)).toBe(400)
    expect(passed).toEqual([])
  })

  it('is refused: a question in a URL', async () => {
    expect(await ask('', 'GET')).toBe(405)
  })

  it('is cut off when it is too long', async () => {
    expect(await ask(call('status', { height: '7'.repeat(100_000) }))).toBe('cut')
    expect(passed).toEqual([])
  })
})

it('says so when its address is none, or taken', async () => {
  for (const address of ['nowhere', '127.0.0.1:99999', url.slice('http://'.length)]) {
    await expect(new LightGate({ path: socket }).listen(address)).rejects.toMatchObject({ code: 'engine.gate-address' })
  }
})
