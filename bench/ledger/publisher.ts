/** The load: signed batches over HTTP on kept-alive connections, and a count of what the ledger answered. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** Batches that are under way at one time: enough that blocks never wait for the client. */
export const batchesInFlight = 16

export type PublicationResult = {
  readonly seconds: number
  /** Items that the ledger answered with `done`. */
  readonly done: number
  /** Milliseconds from sending a batch to its verdicts, in the order of their answers. */
  readonly latencies: readonly number[]
}

type Answer = { readonly status: number; readonly retryAfter: number; readonly body: Buffer }

/** Sends every batch until it is answered; a node that asks to wait is obeyed. @throws Error for any other refusal */
export async function publish(url: string, batches: readonly Uint8Array[], inFlight: number): Promise<PublicationResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const latencies: number[] = []
  let next = 0
  let done = 0
  const client = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      const sent = performance.now()
      done += doneIn(await submit(agent, url, batch))
      latencies.push(performance.now() - sent)
    }
  }
  const beginning = performance.now()
  try {
    await Promise.all(Array.from({ length: Math.min(inFlight, batches.length) }, client))
  } finally {
    agent.destroy()
  }
  return { seconds: (performance.now() - beginning) / 1000, done, latencies }
}

async function submit(agent: Agent, url: string, batch: Uint8Array): Promise<Buffer> {
  for (;;) {
    const { status, retryAfter, body } = await post(agent, `${url}/v1/transactions`, 'application/cbor', batch)
    if (status === 200) return body
    if (status !== 429 && status !== 503) throw new Error(`the node answered ${status}: ${body.toString().slice(0, 500)}`)
    await delay(1000 * retryAfter)
  }
}

/** One request; resolves with whatever is answered. */
export function post(agent: Agent, url: string, type: string, body: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': body.length }
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
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

type TransactionAnswer = { readonly operations: readonly { readonly verdicts?: readonly { readonly code: string }[] }[] }

function doneIn(body: Buffer): number {
  const answer: TransactionAnswer = JSON.parse(body.toString())
  return answer.operations[0]?.verdicts?.filter(({ code }) => code === 'done').length ?? 0
}
