import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { NodeClient } from '../../../api/client/index.ts'
import { untilAnswered } from '../../../api/client/submit.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A node that turns its first caller away with this header. */
async function busyOnce(
  retryAfter: string,
): Promise<{ readonly client: NodeClient; readonly times: readonly number[] }> {
  const times: number[] = []
  server = createServer((_request, response) => {
    times.push(performance.now())
    const busy = times.length === 1
    const body = busy ? { code: 'api.too-many-submissions', number: 1509, detail: 'busy' } : { modules: [] }
    response.writeHead(busy ? 429 : 200, { 'content-type': 'application/json', 'retry-after': retryAfter })
    response.end(JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address')
  return { client: new NodeClient(`http://127.0.0.1:${address.port}`), times }
}

async function pauseAfter(retryAfter: string): Promise<number> {
  const { client, times } = await busyOnce(retryAfter)
  await untilAnswered(() => client.openapi())
  const [first = 0, second = 0] = times
  return second - first
}

it('a client comes back no sooner than the node asks for, in seconds or by a date', async () => {
  expect(await pauseAfter('1')).toBeGreaterThanOrEqual(1_000)
  // A date has whole seconds: it may be up to one earlier than meant.
  expect(await pauseAfter(new Date(Date.now() + 2_000).toUTCString())).toBeGreaterThanOrEqual(900)
})

it.each(['0', '-5', 'soon', '99999999999999999999', new Date(0).toUTCString()])(
  'what %s asks for is no reason to wait longer than without it',
  async (retryAfter) => {
    expect(await pauseAfter(retryAfter)).toBeLessThan(1_000)
  },
)
