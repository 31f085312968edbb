import { storeError } from './errors.ts'
import type { Session } from './session.ts'

type Waiter = { readonly resolve: (session: Session) => void; readonly reject: (error: unknown) => void }

/** A bounded number of sessions, lent one borrower at a time. Lost ones are replaced. */
export class SessionPool {
  readonly #make: () => Session
  readonly #size: number
  readonly #patience: number
  readonly #idle: Session[] = []
  readonly #waiting = new Set<Waiter>()
  #lent = 0
  #ended = false

  /** `patience` in milliseconds: how long a borrower waits for one. */
  constructor(make: () => Session, size: number, patience: number) {
    this.#make = make
    this.#size = size
    this.#patience = patience
  }

  /** @throws store.busy */
  async borrow(): Promise<Session> {
    if (this.#lent < this.#size) {
      this.#lent++
      return this.#next()
    }
    const { promise, resolve, reject } = Promise.withResolvers<Session>()
    const waiter = { resolve, reject }
    this.#waiting.add(waiter)
    const timer = setTimeout(() => {
      this.#waiting.delete(waiter)
      reject(storeError('busy', { limit: this.#size, seconds: this.#patience / 1000 }))
    }, this.#patience)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
    }
  }

  giveBack(session: Session): void {
    if (this.#ended) void session.end()
    else if (session.isUsable) this.#idle.push(session)
    const [waiter] = this.#waiting
    if (waiter === undefined) {
      this.#lent--
      return
    }
    this.#waiting.delete(waiter)
    waiter.resolve(this.#next())
  }

  /** Ends the idle sessions, turns away who waits, and ends lent sessions when they come back. */
  async end(): Promise<void> {
    this.#ended = true
    for (const waiter of this.#waiting) waiter.reject(new TypeError('the store is closed'))
    this.#waiting.clear()
    await Promise.all(this.#idle.splice(0).map((session) => session.end()))
  }

  #next(): Session {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (session.isUsable) return session
    }
    return this.#make()
  }
}
