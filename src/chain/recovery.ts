/** A store that is away: what can't go on without it waits here, and goes on by itself once it is back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CommonrootError } from '../errors/index.ts'
import { storeError } from '../store/index.ts'

/** Milliseconds before the second attempt; doubled before each further one. */
export const firstPause = 50

/** Milliseconds between two attempts, at most: how much later than the store a node is back. */
export const longestPause = 1_000

/** What is known of a store that does not answer. */
export type Outage = {
  /** Milliseconds since 1970 at which this was met. */
  readonly since: number
  /** What the store said at first. */
  readonly error: CommonrootError
}

/** "Not now", in the store's words. All else that it refuses stays so however long one waits. */
export function isOutage(error: unknown): error is CommonrootError {
  return error instanceof CommonrootError && error.code === storeError('unavailable', { reason: '' }).code
}

export class Recovery {
  /** One entry for each work that waits, the oldest first. */
  readonly #waiting = new Map<symbol, Outage>()
  readonly #gaveUp = new AbortController()
  readonly #onChange: (outage: Outage | undefined) => void

  /** `onChange` hears when an outage is met, and when the last work that met one has got through. */
  constructor(onChange: (outage: Outage | undefined) => void = () => undefined) {
    this.#onChange = onChange
  }

  /** Undefined while nothing waits for the store. */
  get outage(): Outage | undefined {
    return this.#waiting.values().next().value
  }

  /**
   * Does `work`, which may be done again, until the store has answered all that it asks. `isRepeated` tells it that an
   * attempt of before was cut off somewhere.
   * @throws what `work` throws, `store.unavailable` only when nobody waits any more
   */
  async persist<Result>(work: (isRepeated: boolean) => Promise<Result>): Promise<Result> {
    const key = Symbol('work')
    try {
      for (let pause = firstPause, isRepeated = false; ; isRepeated = true, pause = Math.min(2 * pause, longestPause)) {
        try {
          return await work(isRepeated)
        } catch (error) {
          if (!isOutage(error)) throw error
          await this.#rest(key, error, pause)
        }
      }
    } finally {
      const isOver = this.#waiting.delete(key) && this.#waiting.size === 0
      if (isOver && !this.#gaveUp.signal.aborted) this.#onChange(undefined)
    }
  }

  /** Whoever waits does so no longer, and nobody will. */
  giveUp(): void {
    this.#gaveUp.abort()
  }

  async #rest(key: symbol, error: CommonrootError, pause: number): Promise<void> {
    if (!this.#waiting.has(key)) {
      this.#waiting.set(key, { since: Date.now(), error })
      if (this.#waiting.size === 1) this.#onChange(this.outage)
    }
    try {
      await sleep(pause, undefined, { signal: this.#gaveUp.signal })
    } catch {
      throw error
    }
  }
}
