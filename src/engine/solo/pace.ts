/** When the next block is made. */
import type { Clock } from './clock.ts'

/** Milliseconds in which transactions gather before a block of an idle chain: a client's burst then shares one. */
export const gatherTime = 3

/** Milliseconds after a change of the state in which its proof waits for transactions that could share the next block. */
export const proofPause = 12

/** Milliseconds until the application is asked again for waiting transactions of which it chose none. */
export const retryInterval = 20

/** Default of milliseconds between blocks of an idle chain. */
export const defaultIdleInterval = 1_000

/** Why a block is made; one that is made for transactions only is skipped when the application chooses none. */
export type BlockReason = 'transactions' | 'proof' | 'due' | 'idle'

/** What the decision looks at. */
export type Situation = {
  /** Whether transactions wait. */
  readonly hasCandidates: boolean
  /** Whether the last block changed the state: its proof is complete only with one more header. */
  readonly needsProof: boolean
  /** Block time in milliseconds at which work is due, if it was not due in the last block already. */
  readonly due: bigint | undefined
}

export class Pace {
  readonly #clock: Clock
  readonly #idleInterval: number
  #idleAt: number
  #proofAt: number
  #retryAt = 0
  /** Whether nothing has been waited for since the last block: what is there by now gathered while that was made. */
  #justMade = false
  #wake = new AbortController()
  readonly #stopped = new AbortController()

  constructor(clock: Clock, idleInterval: number) {
    this.#clock = clock
    this.#idleInterval = idleInterval
    this.#idleAt = clock.uptime()
    this.#proofAt = clock.uptime() + proofPause
  }

  blockMade(): void {
    this.#idleAt = this.#clock.uptime() + this.#idleInterval
    this.#proofAt = this.#clock.uptime() + proofPause
    this.#retryAt = 0
    this.#justMade = true
  }

  /** The application chose none of the waiting transactions. */
  noneChosen(): void {
    this.#retryAt = this.#clock.uptime() + retryInterval
  }

  /** Something new waits. */
  arrived(): void {
    this.#retryAt = 0
    this.#wake.abort()
  }

  stop(): void {
    this.#stopped.abort()
    this.#wake.abort()
  }

  /** Waits until a block is to be made; undefined once stopped. */
  async next(look: () => Situation): Promise<BlockReason | undefined> {
    while (!this.#stopped.signal.aborted) {
      this.#wake = new AbortController()
      const { wait, reason } = this.#decide(look())
      if (wait > 0) this.#justMade = false
      if (reason === undefined) {
        await this.#clock.sleep(wait, this.#wake.signal)
        continue
      }
      // Arrivals do not cut this short: they are what it waits for.
      if (wait > 0) await this.#clock.sleep(wait, this.#stopped.signal)
      return this.#stopped.signal.aborted ? undefined : reason
    }
    return undefined
  }

  #decide(situation: Situation): { readonly wait: number; readonly reason?: BlockReason } {
    const uptime = this.#clock.uptime()
    if (situation.hasCandidates && uptime >= this.#retryAt) {
      return { wait: this.#justMade ? 0 : gatherTime, reason: situation.needsProof ? 'proof' : 'transactions' }
    }
    const untilProof = situation.needsProof ? this.#proofAt - uptime : Number.POSITIVE_INFINITY
    if (untilProof <= 0) return { wait: 0, reason: 'proof' }
    const untilDue = situation.due === undefined ? Number.POSITIVE_INFINITY : Number(situation.due - this.#clock.now())
    if (untilDue <= 0) return { wait: gatherTime, reason: 'due' }
    const untilIdle = this.#idleAt - uptime
    if (untilIdle <= 0) return { wait: 0, reason: 'idle' }
    const untilRetry = situation.hasCandidates ? this.#retryAt - uptime : Number.POSITIVE_INFINITY
    return { wait: Math.min(untilProof, untilDue, untilIdle, untilRetry) }
  }
}
