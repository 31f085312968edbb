import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { cliError, NodeClient, submitTransaction } from '../../../api/client/index.ts'

let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined))
})

/** A node that answers every request in one way, and counts them. */
async function nodeThat(answers: (response: ServerResponse, count: number) => void) {
  let count = 0
  server = createServer((request, response) => request.resume().once('end', () => answers(response, ++count)))
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { client: new NodeClient(`http://127.0.0.1:${port}/`), count: () => count }
}

function send(response: ServerResponse, status: number, body: string | object): void {
  response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
}

const executed = {
  id: 'ab'.repeat(32),
  height: 3,
  time: '2026-01-01T00:00:00.000Z',
  code: 'done',
  number: 0,
  message: 'done',
  operations: [{ verdicts: [{ number: 0, code: 'done', message: 'done' }] }],
}

describe('what a node answers', () => {
  it.each([
    ['no JSON', 'hello'],
    ['JSON of another form', { chain: 'x' }],
    ['a chain id that is none', { chain: '../../etc', height: 1 }],
    ['text that is not UTF-8', '\u{80}'],
  ])('is refused when it is %s', async (_, body) => {
    const { client } = await nodeThat((response) => send(response, 200, body))
    await expect(client.chain()).rejects.toMatchObject({ code: 'cli.answer-odd' })
  })

  it('is refused when it does not end', async () => {
    const { client } = await nodeThat((response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
        response.once('drain', more)
      }
      more()
    })
    await expect(client.trust()).rejects.toMatchObject({ code: 'cli.answer-odd' })
  })

  it('is not followed to another place', async () => {
    const { client } = await nodeThat((response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end())
    await expect(client.chain()).rejects.toMatchObject({ code: 'cli.answer-lost' })
  })

  it('keeps the code of a refusal, and shows its text without control characters', async () => {
    const problem = { code: 'pki.unknown-certificate', number: 1209, status: 404, detail: 'no\u001b[2J such thing' }
    const { client } = await nodeThat((response) => send(response, 404, problem))
    await expect(client.certificate('ab'.repeat(32))).rejects.toMatchObject({
      code: 'pki.unknown-certificate',
      status: 404,
      message: 'no\\u{1b}[2J such thing',
    })
  })

  it('is no refusal of the ledger when its code is not one', async () => {
    const { client } = await nodeThat((response) => send(response, 404, { code: 'Oops!', number: 1, detail: 'x' }))
    await expect(client.chain()).rejects.toMatchObject({ code: 'cli.answer-odd' })
  })

  it('is asked for page by page', async () => {
    const member = (id: string) => ({ id, name: id, roles: [], state: 'active', keys: [] })
    const { client, count } = await nodeThat((response, turn) =>
      send(response, 200, turn === 1 ? { members: [member('a')], next: 'a' } : { members: [member('b')] }),
    )
    expect((await client.members()).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(count()).toBe(2)
  })
})

describe('submitTransaction', () => {
  it('sends the same bytes again while answers are lost or the node is busy', async () => {
    const { client, count } = await nodeThat((response, turn) => {
      if (turn === 1) response.destroy()
      else if (turn === 2) send(response, 503, { code: 'node.stopping', number: 852, detail: 'stopping' })
      else send(response, 200, executed)
    })
    await expect(submitTransaction(client, new Uint8Array(3))).resolves.toMatchObject({ code: 'done' })
    expect(count()).toBe(3)
  })

  it('does not repeat what was refused', async () => {
    const { client, count } = await nodeThat((response) =>
      send(response, 422, { code: 'pki.expired', number: 1205, detail: 'expired' }),
    )
    await expect(submitTransaction(client, new Uint8Array(3))).rejects.toMatchObject({ code: 'pki.expired' })
    expect(count()).toBe(1)
  })

  it('says at once that there is no node', async () => {
    const client = new NodeClient('http://127.0.0.1:9')
    await expect(submitTransaction(client, new Uint8Array(3))).rejects.toMatchObject({ code: 'cli.node-unreachable' })
  })

  it('gives up after a bounded number of attempts', { timeout: 20_000 }, async () => {
    const { client, count } = await nodeThat((response) => response.destroy())
    await expect(submitTransaction(client, new Uint8Array(3))).rejects.toMatchObject({ code: 'cli.answer-lost' })
    expect(count()).toBe(6)
  })

  it('ends between attempts when it is told to', async () => {
    const stop = new AbortController()
    const { client } = await nodeThat((response) => {
      response.destroy()
      stop.abort(new Error('enough'))
    })
    await expect(submitTransaction(client, new Uint8Array(3), stop.signal)).rejects.toThrow('enough')
  })

  it('says why it ends when a request is cut short', async () => {
    const interrupted = cliError('interrupted', { signal: 'SIGINT' })
    const during = new AbortController()
    const { client } = await nodeThat(() => during.abort(interrupted))
    const listening = new NodeClient(client.url, during.signal)
    await expect(submitTransaction(listening, new Uint8Array(3), during.signal)).rejects.toBe(interrupted)
  })

  it('says why it ends when a pause is cut short', async () => {
    const interrupted = cliError('interrupted', { signal: 'SIGINT' })
    const stop = new AbortController()
    const { client, count } = await nodeThat((response) => {
      send(response, 503, { code: 'node.stopping', number: 852, detail: 'stopping' })
      setTimeout(() => stop.abort(interrupted), 20)
    })
    await expect(submitTransaction(client, new Uint8Array(3), stop.signal)).rejects.toBe(interrupted)
    expect(count()).toBe(1)
  })
})
