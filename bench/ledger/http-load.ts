/** One client: requests on kept-alive connections, so many under way at one time. */

import type { Agent } from 'node:http'
import { request as plainRequest } from 'node:http'
import { type Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'

export type Sending = {
  readonly url: string
  readonly type: string
  readonly body: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export type Answer = { readonly status: number; readonly retryAfter: number; readonly body: Buffer }

/** One request; resolves with whatever is answered. A server of TLS takes a TLS agent. */
export function post(agent: Agent | TlsAgent, { url, type, body, headers }: Sending): Promise<Answer> {
  const request = url.startsWith('https:') ? tlsRequest : plainRequest
  return new Promise((resolve, reject) => {
    const all = { 'content-type': type, 'content-length': body.length, ...headers }
    const sent = request(url, { agent, method: 'POST', headers: all }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.once('error', reject)
      response.once('end', () => {
        const retryAfter = Number(response.headers['retry-after'] ?? 1)
        resolve({ status: response.statusCode ?? 0, retryAfter, body: Buffer.concat(parts) })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

/** Statuses of a server that is busy: the same request may be sent again. */
const busy = new Set([429, 503, 504])

/** Times that one request is sent before the run is given up. */
const maximumAttempts = 20

/** Sends until it is answered; a server that asks to wait is obeyed. @throws Error for any other refusal */
export async function postUntilDone(agent: Agent | TlsAgent, sending: Sending): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const { status, retryAfter, body } = await post(agent, sending)
    if (status === 200 || status === 201) return body
    if (!busy.has(status) || attempt === maximumAttempts) {
      throw new Error(`${sending.url} answered ${status}: ${body.toString().slice(0, 500)}`)
    }
    await delay(1000 * retryAfter)
  }
}

/** Does all the work, `inFlight` at one time. @returns the seconds that it took */
export async function timeAll<Item>(
  items: readonly Item[],
  inFlight: number,
  work: (item: Item) => Promise<void>,
): Promise<number> {
  let next = 0
  const client = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index]!)
  }
  const beginning = performance.now()
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, client))
  return (performance.now() - beginning) / 1000
}
