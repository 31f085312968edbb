import { toHex } from '../../codec/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { engineError } from '../errors.ts'
import { blockOverheadBytes, maximumBlockBytes, maximumMempoolBytes, maximumMempoolCount } from '../limits.ts'
import type { Application } from '../port.ts'

/** Bytes of transactions that one block holds. */
export const maximumTransactionsBytes = maximumBlockBytes - blockOverheadBytes

/** Blocks that a transaction may be passed over before the application is asked again whether it still admits it. */
const recheckInterval = 16

export type MempoolLimits = { readonly count: number; readonly bytes: number }

type Waiting = { readonly transaction: Uint8Array; passedOver: number; isTaken: boolean }

/** Transactions that wait for a block, in the order in which they came. They live in memory only. */
export class Mempool {
  readonly #waiting = new Map<string, Waiting>()
  readonly #limits: MempoolLimits
  #bytes = 0
  /** Bytes of those that are in no block yet. */
  #free = 0
  #awaited: { readonly bytes: number; readonly reached: () => void } | undefined

  constructor(limits: MempoolLimits = { count: maximumMempoolCount, bytes: maximumMempoolBytes }) {
    this.#limits = limits
  }

  get count(): number {
    return this.#waiting.size
  }

  /** Whether there is one that is in no block yet. */
  get hasCandidates(): boolean {
    return this.#free > 0
  }

  /** @throws engine.duplicate-transaction, engine.too-large, engine.mempool-full */
  add(transaction: Uint8Array): void {
    const digest = digestOf(transaction)
    if (this.#waiting.has(digest)) throw engineError('duplicate-transaction', { digest })
    if (transaction.length > maximumTransactionsBytes) {
      throw engineError('too-large', {
        what: 'the transaction',
        size: transaction.length,
        limit: maximumTransactionsBytes,
      })
    }
    if (this.count >= this.#limits.count || this.#bytes + transaction.length > this.#limits.bytes) {
      throw engineError('mempool-full', { count: this.count, size: this.#bytes })
    }
    this.#waiting.set(digest, { transaction, passedOver: 0, isTaken: false })
    this.#bytes += transaction.length
    this.#free += transaction.length
    if (this.#awaited !== undefined && this.#free >= this.#awaited.bytes) this.#awaited.reached()
  }

  candidates(): readonly Uint8Array[] {
    return [...this.#waiting.values()].flatMap(({ transaction, isTaken }) => (isTaken ? [] : [transaction]))
  }

  /** Resolves when the candidates have so many bytes. Whoever asks anew forgets what he asked before. */
  reaches(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#awaited = { bytes, reached: resolve }
    if (this.#free >= bytes) resolve()
    return promise
  }

  /** These are in a block that is being made: no candidates any more, but still known, so that none comes twice. */
  take(transactions: readonly Uint8Array[]): void {
    for (const transaction of transactions) {
      const waiting = this.#waiting.get(digestOf(transaction))
      if (waiting === undefined || waiting.isTaken) continue
      waiting.isTaken = true
      this.#free -= transaction.length
    }
  }

  /** Forgets what a block holds, and asks about what has been passed over for long. */
  async settle(included: readonly Uint8Array[], application: Application): Promise<void> {
    for (const transaction of included) this.#remove(digestOf(transaction))
    for (const [digest, waiting] of [...this.#waiting]) {
      if (waiting.isTaken) continue
      waiting.passedOver += 1
      if (waiting.passedOver % recheckInterval !== 0) continue
      const { accepted } = await application.admit(waiting.transaction, 'recheck')
      if (!accepted) this.#remove(digest)
    }
  }

  #remove(digest: string): void {
    const waiting = this.#waiting.get(digest)
    if (waiting === undefined) return
    this.#waiting.delete(digest)
    this.#bytes -= waiting.transaction.length
    if (!waiting.isTaken) this.#free -= waiting.transaction.length
  }
}

function digestOf(transaction: Uint8Array): string {
  return toHex(sha256(transaction))
}
