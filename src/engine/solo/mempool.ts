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

type Waiting = { readonly transaction: Uint8Array; passedOver: number }

/** Transactions that wait for a block, in the order in which they came. They live in memory only. */
export class Mempool {
  readonly #waiting = new Map<string, Waiting>()
  readonly #limits: MempoolLimits
  #bytes = 0

  constructor(limits: MempoolLimits = { count: maximumMempoolCount, bytes: maximumMempoolBytes }) {
    this.#limits = limits
  }

  get count(): number {
    return this.#waiting.size
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
    this.#waiting.set(digest, { transaction, passedOver: 0 })
    this.#bytes += transaction.length
  }

  candidates(): readonly Uint8Array[] {
    return Array.from(this.#waiting.values(), ({ transaction }) => transaction)
  }

  /** Forgets what a block holds, and asks about what has been passed over for long. */
  async settle(included: readonly Uint8Array[], application: Application): Promise<void> {
    for (const transaction of included) this.#remove(digestOf(transaction))
    for (const [digest, waiting] of [...this.#waiting]) {
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
  }
}

function digestOf(transaction: Uint8Array): string {
  return toHex(sha256(transaction))
}
