/**
 * One connection that never turns into another. The driver reconnects by itself, which is right for single reads; inside
 * a transaction the second half would then run outside of it. A session that lost its connection refuses all that follows.
 */
import type postgres from 'postgres'
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
    if (this.#lost) throw storeError('unavailable', { reason: 'the connection was lost' })
    try {
      return await answerOf(make(this.#sql), this.#limit)
    } catch (error) {
      // Without an answer nobody knows what the session is doing: it is of no more use.
      if (error instanceof Error && 'code' in error && error.code === 'store.unavailable') await this.end()
      throw error
    }
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
}
