/** Clients that submit faster than blocks are made, and what each of them was told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type GatedNode, publicationBy } from './gated-node.ts'

/** Codes and statuses of "not now". */
const passing = new Map([
  ['api.too-many-submissions', 429],
  ['engine.mempool-full', 503],
  ['store.unavailable', 503],
])

let floods = 0

/** Each client sends a transaction until it is acknowledged, and then its next, without a pause, whatever the node asks for. */
export class Flood {
  /** Ids of transactions that were acknowledged. */
  readonly acknowledged: string[] = []
  /** Codes of refusals, with how often each came. */
  readonly refusals = new Map<string, number>()
  /** Refusals that were not what a client can go by. */
  readonly oddities: string[] = []
  readonly #ledger: GatedNode
  readonly #query: string
  readonly #name = `F${++floods}`
  readonly #memory = process.memoryUsage().rss
  #growth = 0

  /** @param query of each request's URL */
  constructor(ledger: GatedNode, query = '') {
    this.#ledger = ledger
    this.#query = query
  }

  /** Bytes by which the process was larger at most than at the beginning. */
  get growth(): number {
    return this.#growth
  }

  async run(clients: number, stop: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, client) => this.#client(client, stop)))
  }

  async #client(client: number, stop: AbortSignal): Promise<void> {
    for (let count = 0; !stop.aborted; count++) {
      const bytes = new Uint8Array(await publicationBy(this.#ledger, `${this.#name}-${client}-${count}`))
      while (!stop.aborted && !(await this.#send(bytes))) {
        // Again, at once.
      }
    }
  }

  async #send(body: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const url = `${this.#ledger.client.url}/v1/transactions${this.#query}`
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/cbor' } })
    const { id, code } = fieldsOf(await response.json())
    this.#growth = Math.max(this.#growth, process.memoryUsage().rss - this.#memory)
    if (response.status === 200 || response.status === 202) {
      this.acknowledged.push(id)
      return true
    }
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    const comeBack = Number(response.headers.get('retry-after'))
    if (passing.get(code) !== response.status || !(comeBack > 0)) this.oddities.push(`${response.status} ${code}`)
    return false
  }
}

/** Those that are not in the ledger. */
export async function lostOf({ client }: GatedNode, ids: readonly string[]): Promise<readonly string[]> {
  const lost: string[] = []
  for (const id of ids) {
    const response = await fetch(`${client.url}/v1/transactions/${id}`)
    await response.body?.cancel()
    if (response.status !== 200) lost.push(id)
  }
  return lost
}

/** Waits until the mempool is empty: two blocks without a transaction in a row. */
export async function settled({ node }: GatedNode): Promise<void> {
  const { chain } = node
  let empty = 0
  const end = chain.onCommit(({ executed }) => {
    empty = executed.results.length === 0 ? empty + 1 : 0
  })
  while (empty < 2) await sleep(20)
  end()
}

function fieldsOf(answer: unknown): { readonly id: string; readonly code: string } {
  if (typeof answer !== 'object' || answer === null) return { id: '', code: 'no object' }
  const text = (name: string) => {
    const value: unknown = Reflect.get(answer, name)
    return typeof value === 'string' ? value : ''
  }
  return { id: text('id'), code: text('code') }
}
