/**
 * Single submissions, gathered: what arrives within a few milliseconds becomes one batch that the node signs as its
 * carrier. Everybody waits for the block of their own batch, and gets the verdict of their own item.
 */
import { pkiModule, pkiName } from '../../pki/contract/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { done } from '../../src/host/index.ts'
import {
  type Committed,
  type LedgerNode,
  makeOperation,
  nodeError,
  signTransaction,
  type TransactionSigner,
} from '../../src/node/index.ts'
import { errorRow } from '../catalogue.ts'
import { apiError } from '../errors.ts'
import { Examination, type ExaminedChain, type Submission } from './examination.ts'
import * as limits from './limits.ts'

export type CarrierOptions = {
  readonly node: { readonly chain: ExaminedChain; readonly submissions: Pick<LedgerNode['submissions'], 'submit'> }
  /** A `node` key of the member that runs this node. */
  readonly signer: TransactionSigner
  /** Submissions that may be held at once. */
  readonly maximumCarried?: number
}

/** What a block made of one submission. */
export type Carried = {
  readonly fingerprint: Uint8Array
  /** Of the batch in which it was carried. */
  readonly transaction: Uint8Array
  readonly height: bigint
  /** Block time in milliseconds. */
  readonly time: bigint
  /** 0 done, 1 unchanged, else the number of a refusal. */
  readonly verdict: number
}

type Waiting = Submission & {
  readonly resolve: (carried: Carried) => void
  readonly reject: (error: unknown) => void
}

export class Carrier {
  readonly #node: CarrierOptions['node']
  readonly #signer: TransactionSigner
  readonly #limit: number
  readonly #examination: Examination
  readonly #queue: Waiting[] = []
  #held = 0
  #batches = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor({ node, signer, maximumCarried = limits.maximumCarried }: CarrierOptions) {
    this.#node = node
    this.#signer = signer
    this.#limit = maximumCarried
    this.#examination = new Examination(node.chain)
  }

  /** Submissions that have no answer yet. */
  get held(): number {
    return this.#held
  }

  /**
   * Resolves after this node's commit. The same certificate again is carried again, and changes nothing.
   * @param certificate DER of one certificate
   * @param voucher the bytes of a voucher that covers it
   * @throws api.too-many-submissions; what the examination refuses; api.carrier-refused, node.commit-timeout,
   *   node.stopping and what the engine refuses when the whole batch could not be carried
   */
  async submit(certificate: Uint8Array, voucher: Uint8Array): Promise<Carried> {
    if (this.#stopped) throw nodeError('stopping')
    if (this.#held >= this.#limit) throw apiError('too-many-submissions', { limit: this.#limit })
    this.#held += 1
    try {
      return await this.#enqueue(await this.#examination.pass(certificate, voucher))
    } finally {
      this.#held -= 1
    }
  }

  /** Nothing more is taken, and what has not been sent is refused. What is in the engine is answered by the node. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const { reject } of this.#queue.splice(0)) reject(nodeError('stopping'))
  }

  #enqueue(submission: Submission): Promise<Carried> {
    if (this.#stopped) throw nodeError('stopping')
    const { promise, resolve, reject } = Promise.withResolvers<Carried>()
    this.#queue.push({ ...submission, resolve, reject })
    this.#gather()
    return promise
  }

  /** Sends at once what fills a batch, and anything else a moment later. */
  #gather(): void {
    if (this.#batches >= limits.maximumCarriedBatches || this.#queue.length === 0) return
    if (this.#queue.length >= limits.maximumCarriedItems) this.#send()
    else this.#timer ??= setTimeout(() => this.#send(), limits.gatherTime)
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#queue.splice(0, fitting(this.#queue))
    const leave = this.#takePlace()
    this.#carry(batch)
      .catch((error: unknown) => {
        for (const { reject } of batch) reject(error)
      })
      .finally(leave)
    this.#gather()
  }

  /** One of the few places of batches under way, until it is left, or until nobody should wait for it any longer. */
  #takePlace(): () => void {
    let taken = true
    this.#batches += 1
    const leave = () => {
      clearTimeout(timer)
      if (!taken) return
      taken = false
      this.#batches -= 1
      this.#gather()
    }
    const timer = setTimeout(leave, limits.patience)
    return leave
  }

  async #carry(batch: readonly Waiting[]): Promise<void> {
    const committed = await this.#submit(batch)
    const { id: transaction, height, time, result } = committed
    const verdicts = result.operations[0]?.verdicts ?? []
    for (const [index, { fingerprint, resolve, reject }] of batch.entries()) {
      const verdict = verdicts[index]
      if (result.code !== done || verdict === undefined) reject(refusedWhole(result.code))
      else resolve({ fingerprint, transaction, height, time, verdict })
    }
  }

  async #submit(batch: readonly Waiting[]): Promise<Committed> {
    const { chain, submissions } = this.#node
    const items = batch.map(({ certificate, voucher }) => ({ certificate, voucher }))
    const operation = makeOperation(pkiName, 'publish-vouched', publishVouched(), items)
    const validUntil = (chain.head?.time ?? 0n) + limits.carriedValidity
    const bytes = await signTransaction(chain.id, [operation], [this.#signer], validUntil)
    try {
      return await submissions.submit(bytes)
    } catch (error) {
      // What is refused of the node's own signature is no fault of those who submitted.
      if (error instanceof CommonrootError && /^(governance|transaction|codec)\./.test(error.code)) {
        throw apiError('carrier-refused', { code: error.code }, error)
      }
      throw error
    }
  }
}

/** How many of those that wait one batch may have, from the oldest on: at least one, whatever its size. */
export function fitting(waiting: readonly Pick<Submission, 'certificate' | 'voucher'>[]): number {
  let count = 0
  let bytes = 0
  for (const { certificate, voucher } of waiting) {
    bytes += certificate.length + voucher.length
    if (count === limits.maximumCarriedItems || (count > 0 && bytes > limits.maximumCarriedBytes)) break
    count += 1
  }
  return count
}

function publishVouched() {
  const declared = pkiModule.transactions['publish-vouched']
  if (declared === undefined) throw new TypeError('the certificate module has no publish-vouched transaction')
  return declared
}

function refusedWhole(number: number): CommonrootError {
  return apiError('carrier-refused', { code: errorRow(number)?.code ?? `number ${number}` })
}
