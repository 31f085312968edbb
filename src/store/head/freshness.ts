/** Whether an answer of the database still holds when it arrives. */
export class Freshness {
  #moment: object | undefined = {}

  /** To be held against a later one; undefined while nothing may be kept. */
  get moment(): object | undefined {
    return this.#moment
  }

  /** What was asked for before this block may be older than it. */
  written(): void {
    this.#moment = {}
  }

  /** Nobody knows whether a block was written: it may still become true, until the next one has been written. */
  inDoubt(): void {
    this.#moment = undefined
  }
}
