/** Submissions that wait for their block: acknowledged means committed by this node. */

import { type Chain, type CommittedBlock, withdraw } from '../chain/index.ts'
import { decodeEnvelope, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { type Engine, engineError } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { decodeResults, type TransactionResult, transactionError } from '../host/index.ts'
import { storeError } from '../store/index.ts'
import { nodeError } from './errors.ts'
import { commitTimeout } from './limits.ts'

/** A transaction that is in a durable block. */
export type Committed = {
  readonly id: Uint8Array
  readonly height: bigint
  /** Block time in milliseconds. */
  readonly time: bigint
  readonly result: TransactionResult
}

type Waiter = { readonly resolve: (committed: Committed) => void; readonly reject: (error: unknown) => void }

export class Submissions {
  readonly #chain: Chain
  readonly #engine: Engine
  readonly #waiting = new Map<string, Set<Waiter>>()
  readonly #endListening: () => void

  constructor(chain: Chain, engine: Engine) {
    this.#chain = chain
    this.#engine = engine
    this.#endListening = chain.onCommit((block) => this.#settle(block))
  }

  /**
   * Admits, hands to the engine, and resolves after this node's commit. While blocks wait for a store that is away, nothing
   * is taken; what was taken before goes on waiting for its block.
   * @throws what admission refuses; store.unavailable, node.commit-timeout, node.result-elsewhere
   */
  async submit(bytes: Uint8Array): Promise<Committed> {
    const id = sha256(decodeEnvelope(bytes).payload)
    this.#requireStore()
    const before = await this.find(id)
    if (before !== undefined) return before
    await this.enqueue(bytes).catch(unlessUnderWay)
    return this.#wait(id)
  }

  /** Admits and hands to the engine; promises nothing. @throws what admission refuses; store.unavailable */
  async enqueue(bytes: Uint8Array): Promise<Uint8Array> {
    const id = sha256(decodeEnvelope(bytes).payload)
    this.#requireStore()
    const admission = await this.#chain.admit(bytes, 'api')
    if (!admission.accepted && admission.refusal.code !== transactionError('duplicate').code) throw admission.refusal
    if (admission.accepted) await this.#hand(bytes, id)
    return id
  }

  /** An executed transaction, as it is stored. @throws node.result-elsewhere */
  async find(id: Uint8Array): Promise<Committed | undefined> {
    const place = await this.#chain.store.transaction(id)
    if (place === undefined) return undefined
    const { store } = this.#chain
    const block = await store.block(place.height)
    if (block === undefined && place.height <= ((await store.base())?.height ?? -1n)) {
      throw nodeError('result-elsewhere', { id, height: place.height })
    }
    const result = block === undefined ? undefined : decodeResults(block.results)[place.position]
    return block === undefined || result === undefined
      ? undefined
      : { id, height: place.height, time: block.time, result }
  }

  stop(): void {
    this.#endListening()
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.reject(nodeError('stopping'))
    this.#waiting.clear()
  }

  async #hand(bytes: Uint8Array, id: Uint8Array): Promise<void> {
    try {
      await this.#engine.submit(bytes)
    } catch (error) {
      if (!isUnderWay(error)) withdraw(this.#chain, id)
      throw error
    }
  }

  /** What could not be committed for now would only fill the memory. @throws store.unavailable */
  #requireStore(): void {
    const { outage } = this.#chain.recovery
    if (outage !== undefined) throw storeError('unavailable', { reason: 'blocks wait for it' }, outage.error)
  }

  #wait(id: Uint8Array): Promise<Committed> {
    const key = toHex(id)
    return new Promise<Committed>((resolve, reject) => {
      const waiters = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, waiters)
      const end = (act: () => void) => {
        clearTimeout(timer)
        waiters.delete(waiter)
        if (waiters.size === 0) this.#waiting.delete(key)
        act()
      }
      const waiter: Waiter = {
        resolve: (committed) => end(() => resolve(committed)),
        reject: (error) => end(() => reject(error)),
      }
      const timer = setTimeout(
        () => waiter.reject(nodeError('commit-timeout', { seconds: commitTimeout / 1000 })),
        commitTimeout,
      )
      waiters.add(waiter)
      // The block may have been committed between admission and now. It may also be the one that waits for the store.
      this.#chain.recovery
        .persist(() => this.find(id))
        .then(
          (committed) => committed !== undefined && waiter.resolve(committed),
          (error: unknown) => waiter.reject(error),
        )
    })
  }

  #settle({ height, time, executed }: CommittedBlock): void {
    const used = new Set(executed.executed.map(({ position }) => position))
    for (const [position, result] of executed.results.entries()) {
      const id = executed.ids[position]
      // Only what the payload and the clock decide is final without using up the id: others could have sent the rest.
      if (id === undefined || !(used.has(position) || untimely.has(result.code))) continue
      for (const waiter of [...(this.#waiting.get(toHex(id)) ?? [])]) waiter.resolve({ id, height, time, result })
    }
  }
}

/** Who sends the same bytes again because an answer was lost waits for the same block. */
function unlessUnderWay(error: unknown): void {
  if (!isUnderWay(error)) throw error
}

function isUnderWay(error: unknown): boolean {
  return error instanceof CommonrootError && error.number === engineError.numberOf('duplicate-transaction')
}

const untimely: ReadonlySet<number> = new Set([
  transactionError.numberOf('expired'),
  transactionError.numberOf('too-far'),
])
