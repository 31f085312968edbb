/** A member's line and a regulator at work: batches of publications and revocations over HTTP, whatever happens to the node. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeClient } from '../../api/client/index.ts'
import { protocols } from '../../api/protocols.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { programOf } from '../../src/host/index.ts'
import { makeOperation, signTransaction, type TransactionSigner } from '../../src/node/index.ts'
import { testDevice } from '../ledger/devices.ts'
import type { TestMember } from '../ledger/members.ts'
import type { SeededRandom } from './seeded-random.ts'
import { type Item, itemOf, type Submission, submissionOf, verdictsOf } from './submissions.ts'
import type { SupervisedNode } from './supervised-node.ts'

/** Codes of answers that leave open what became of a transaction; any other refusal is a defect. */
const openOutcomes = new Set([
  'cli.answer-lost',
  'cli.node-unreachable',
  'store.unavailable',
  'engine.stopped',
  'engine.rpc-unreachable',
  'engine.catching-up',
  'node.stopping',
  'node.commit-timeout',
])

/** Milliseconds between the submissions of one publisher, at most. */
const maximumPause = 150

/** Certificates in one batch, at most. */
const maximumBatch = 4

/** Milliseconds that a transaction stays valid: longer than a run takes. */
const validity = 30n * 60_000n

type Acting = Pick<TestMember, 'id' | 'signer'>

export type PublisherOptions = {
  readonly name: string
  readonly chain: string
  readonly node: Pick<SupervisedNode, 'url'>
  readonly vendor: Acting
  readonly regulator: Acting
  /** A member for which the vendor may not publish: its certificates are refused. */
  readonly stranger: Pick<TestMember, 'id'>
  readonly random: SeededRandom
  /** Where every submission is written before it is sent. */
  readonly book: Submission[]
}

export class Publisher {
  readonly #options: PublisherOptions
  /** Certificates that are acknowledged and that nobody has tried to revoke. */
  readonly #inForce: Item[] = []
  #serial = 0

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** Works until it is told to stop, and finishes the submission that is under way. */
  async run(stop: AbortSignal): Promise<void> {
    const { random } = this.#options
    while (!stop.aborted) {
      const submission = await this.#next()
      this.#options.book.push(submission)
      await this.#deliver(submission)
      await sleep(random.whole(maximumPause))
    }
  }

  #next(): Promise<Submission> {
    const { random } = this.#options
    return this.#inForce.length > maximumBatch && random.chance(0.3) ? this.#revocation() : this.publication()
  }

  /** A few new certificates; now and then one that is refused, and one that is there already. */
  async publication(): Promise<Submission> {
    const { random, vendor, stranger } = this.#options
    const items: Item[] = []
    for (let left = 1 + random.whole(maximumBatch); left > 0; left--) items.push(await this.#certificate(vendor))
    if (random.chance(0.3)) items.splice(random.whole(items.length + 1), 0, await this.#certificate(stranger))
    const known = this.#inForce[0]
    if (known !== undefined && random.chance(0.2)) items.splice(random.whole(items.length + 1), 0, known)
    const body = items.map(({ certificate }) => ({ certificate }))
    return submissionOf('publish', await this.#sign('publish', body, vendor.signer), items)
  }

  async #revocation(): Promise<Submission> {
    const { random, regulator } = this.#options
    const items = this.#inForce.splice(0, 1 + random.whole(maximumBatch))
    const body = items.map(({ fingerprint }) => ({ fingerprint, reason: 'key-compromise' }))
    return submissionOf('revoke', await this.#sign('revoke', body, regulator.signer), items)
  }

  /** Sends until an answer comes, or gives up on one that was lost: then nobody knows the outcome. */
  async #deliver(submission: Submission): Promise<void> {
    const { node, random } = this.#options
    for (;;) {
      const url = await node.url()
      try {
        const answer = await new NodeClient(url).submit(submission.bytes)
        submission.answers.push(answer)
        const first = submission.answers.length === 1
        if (first) this.#take(submission, verdictsOf(answer))
        if (!first || !random.chance(0.05)) return
      } catch (error) {
        if (!(error instanceof CommonrootError && openOutcomes.has(error.code))) throw error
        // What never reached the node is no lost answer.
        if (error.code !== 'cli.node-unreachable') {
          submission.losses.push(error.code)
          if (random.chance(0.4)) return
        }
        await sleep(20)
      }
    }
  }

  #take({ act, items }: Submission, verdicts: readonly number[]): void {
    if (act === 'publish') this.#inForce.push(...items.filter((_item, index) => verdicts[index] === 0))
  }

  async #certificate(manufacturer: Pick<TestMember, 'id'>): Promise<Item> {
    const { chain, name } = this.#options
    this.#serial += 1
    return itemOf((await testDevice(chain, manufacturer.id, `${name}-${this.#serial}`)).certificate)
  }

  #sign(type: 'publish' | 'revoke', body: unknown, signer: TransactionSigner): Promise<Uint8Array> {
    const declared = programOf(protocols, 1).transactionType('pki', type)
    if (declared === undefined) throw new TypeError(`there is no pki/${type}`)
    const operation = makeOperation('pki', type, declared, body)
    return signTransaction(this.#options.chain, [operation], [signer], BigInt(Date.now()) + validity)
  }
}
