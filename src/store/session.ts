/**
 * One connection that never turns into another. The driver reconnects by itself, which is right for single reads; inside
 * a transaction the second half would then run outside of it. A session that lost its connection refuses all that follows.
 */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import postgres from 'postgres'
import { CommonrootError } from '../errors/index.ts'
import { answerOf, type ConnectionSettings, connect, type Sql } from './connection.ts'
import { storeError } from './errors.ts'

export class Session {
  readonly #sql: Sql
  readonly #limit: number
  #lost = false

  constructor(settings: Omit<ConnectionSettings, 'connections' | 'onClose'>) {
    this.#limit = settings.statementTimeout
    this.#sql = connect({
      ...settings,
      connections: 1,
      onClose: () => {
        this.#lost = true
      },
    })
  }

  get isUsable(): boolean {
    return !this.#lost
  }

  /** Runs one statement. @throws store.unavailable, store.refused */
  async query<Rows extends readonly postgres.MaybeRow[]>(
    make: (sql: Sql) => postgres.PendingQuery<Rows>,
  ): Promise<postgres.RowList<Rows>> {
    return await this.#answer(make)
  }

  /**
   * Binary COPY inside a transaction; `bytes` as `copyRows` makes them. What the server refuses once it has all bytes, the
   * driver tells nobody: it is known then that the COPY failed, and the reason is in the server's log only. So copy what a
   * constraint can refuse to a table that has none, and insert it from there.
   * @throws store.unavailable, store.refused
   */
  async copy(table: string, columns: readonly string[], bytes: Uint8Array): Promise<void> {
    const stream = await this.#answer((sql) =>
      sql`copy ${sql(table)} (${sql(columns)}) from stdin (format binary)`.writable(),
    )
    const closed = once(stream, 'close')
    // Nobody waits for it after an error.
    closed.catch(() => {})
    await this.#answer(() => sendAll(stream, bytes))
    try {
      await this.query((sql) => sql`select`)
    } catch (error) {
      if (isAborted(error)) throw storeError('unavailable', { reason: 'a COPY failed' }, error)
      throw error
    }
    // As it closes, the driver's stream sends a word that would end the next COPY.
    await this.#answer(() => closed)
  }

  /** Runs `work` between BEGIN and COMMIT; an error undoes all of it. `mode` is as in BEGIN. */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.query((sql) => sql`begin`)
    try {
      const result = await work()
      const { command } = await this.query((sql) => sql`commit`)
      // COMMIT of a transaction that has failed is no error to Postgres: it answers ROLLBACK.
      if (command !== 'COMMIT') throw storeError('refused', { reason: `commit answered ${command}`, state: '25P02' })
      return result
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  /** Ends the open transaction without effect; a session that cannot even do that is ended. */
  async rollback(): Promise<void> {
    if (this.#lost) return
    try {
      await this.query((sql) => sql`rollback`)
    } catch {
      await this.end()
    }
  }

  /** Ends the connection, at once. */
  async end(): Promise<void> {
    this.#lost = true
    await this.#sql.end({ timeout: 0 })
  }

  async #answer<Result>(ask: (sql: Sql) => PromiseLike<Result>): Promise<Result> {
    if (this.#lost) throw storeError('unavailable', { reason: 'the connection was lost' })
    try {
      return await answerOf(ask(this.#sql), this.#limit)
    } catch (error) {
      // Without an answer nobody knows what the session is doing: it is of no more use.
      if (error instanceof CommonrootError && error.code === 'store.unavailable') await this.end()
      throw error
    }
  }
}

/**
 * Resolves when the driver has sent all and the end mark. It would also say when the server has taken it, but after an
 * error it says nothing.
 */
function sendAll(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.write(bytes, (error) => {
      if (error != null) return reject(error)
      stream.end()
      setImmediate(resolve)
    })
  })
}

/** SQLSTATE 25P02: an earlier statement of the transaction has failed. */
function isAborted(error: unknown): boolean {
  return (
    error instanceof CommonrootError && error.cause instanceof postgres.PostgresError && error.cause.code === '25P02'
  )
}
