/**
 * One connection of the driver, used until it is lost and never again. Between a connection's failure and its close the
 * driver still takes queries that it then forgets, and what it had not sent yet gets in the way of the next greeting; so
 * each query here ends with its connection, and a lost one is replaced, not revived.
 */
import { CommonrootError } from '../errors/index.ts'
import { answerOf, type ConnectionSettings, connect, type Sql } from './connection.ts'
import { storeError } from './errors.ts'
import { connectTimeout } from './limits.ts'

export type SingleConnectionSettings = Omit<ConnectionSettings, 'connections' | 'onClose'>

export class SingleConnection {
  readonly #sql: Sql
  readonly #limit: number
  /** Whoever waits for an answer is told at once when the connection closes. */
  readonly #waiting = new Set<(error: CommonrootError) => void>()
  #opened: Promise<unknown> | undefined
  #ended: Promise<void> | undefined

  /** Connects with the first query. */
  constructor(settings: SingleConnectionSettings) {
    this.#limit = settings.statementTimeout
    this.#sql = connect({ ...settings, connections: 1, onClose: () => void this.end() })
  }

  get isUsable(): boolean {
    return this.#ended === undefined
  }

  /** Queries that have no answer yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** @throws store.unavailable, at once when the connection is or gets lost; store.refused */
  async ask<Result>(make: (sql: Sql) => PromiseLike<Result>): Promise<Result> {
    if (!this.isUsable) throw lostConnection()
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#waiting.add(reject)
    this.#answer(make).then(resolve, (error: unknown) => {
      reject(error)
      // Without an answer of the server nobody knows what the connection is doing: it is of no more use.
      if (error instanceof CommonrootError && !isAnswer(error)) void this.end()
    })
    try {
      return await promise
    } finally {
      this.#waiting.delete(reject)
    }
  }

  /** Ends the connection, at once; what waits for an answer gets none. The driver is kept from connecting again. */
  end(): Promise<void> {
    for (const tell of this.#waiting) tell(lostConnection())
    this.#ended ??= this.#sql.end({ timeout: 0 })
    return this.#ended
  }

  async #answer<Result>(make: (sql: Sql) => PromiseLike<Result>): Promise<Result> {
    // Something in between that takes connections only to drop them would otherwise be tried for as long as a query may take.
    this.#opened ??= answerOf(this.#sql`select`, connectTimeout * 1000, 0)
    await this.#opened
    if (!this.isUsable) throw lostConnection()
    return answerOf(make(this.#sql), this.#limit)
  }
}

function lostConnection(): CommonrootError {
  return storeError('unavailable', { reason: 'the connection was lost' })
}

/** Whether the server itself said no: the driver's own errors have other causes. */
function isAnswer({ cause }: CommonrootError): boolean {
  return cause instanceof Error && cause.name === 'PostgresError'
}
