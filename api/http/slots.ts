/** A bounded number of places: whoever finds none is turned away at once instead of waiting in memory. */
import type { CommonrootError } from '../../src/errors/index.ts'

export class Slots {
  readonly limit: number
  readonly #full: (limit: number) => CommonrootError
  #taken = 0

  constructor(limit: number, full: (limit: number) => CommonrootError) {
    this.limit = limit
    this.#full = full
  }

  get taken(): number {
    return this.#taken
  }

  /** @throws what `full` makes, when all places are taken */
  take(): Slot {
    if (this.#taken >= this.limit) throw this.#full(this.limit)
    this.#taken += 1
    return new Slot(() => {
      this.#taken -= 1
    })
  }
}

/** One place. It is free again when the client is gone and the work for it is over, whichever comes last. */
export class Slot {
  readonly #free: () => void
  #working = false
  #left = false

  constructor(free: () => void) {
    this.#free = free
  }

  /** The client is gone; calling it again changes nothing. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    if (!this.#working) this.#free()
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working = true
    try {
      return await work()
    } finally {
      this.#working = false
      if (this.#left) this.#free()
    }
  }
}
