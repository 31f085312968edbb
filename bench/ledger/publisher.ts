/** The load: signed batches over HTTP, and a count of what the ledger answered. */
import { Agent } from 'node:http'
import { postUntilDone, timeAll } from './http-load.ts'

/** Batches that are under way at one time: enough that blocks never wait for the client. */
export const batchesInFlight = 16

export type PublicationResult = {
  readonly seconds: number
  /** Items that the ledger answered with `done`. */
  readonly done: number
}

/** Sends every batch until it is answered. @throws Error when the node refuses one */
export async function publish(
  url: string,
  batches: readonly Uint8Array[],
  inFlight: number,
): Promise<PublicationResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  let done = 0
  try {
    const seconds = await timeAll(batches, inFlight, async (body) => {
      const answer = await postUntilDone(agent, { url: `${url}/v1/transactions`, type: 'application/cbor', body })
      done += doneIn(answer)
    })
    return { seconds, done }
  } finally {
    agent.destroy()
  }
}

type TransactionAnswer = {
  readonly operations: readonly { readonly verdicts?: readonly { readonly code: string }[] }[]
}

function doneIn(body: Buffer): number {
  const answer: TransactionAnswer = JSON.parse(body.toString())
  return answer.operations[0]?.verdicts?.filter(({ code }) => code === 'done').length ?? 0
}
