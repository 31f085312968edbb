/** Scans in binary form on a session of their own: half the bytes of text, and no digits to read. */
import type { Sql } from './connection.ts'
import { readCopy } from './read-copy.ts'
import { Session } from './session.ts'
import type { SingleConnectionSettings } from './single-connection.ts'

export class CopyReader {
  readonly #session: Session
  /** Settles when the session is free. */
  #busy: Promise<unknown> = Promise.resolve()

  constructor(settings: SingleConnectionSettings) {
    this.#session = new Session(settings)
  }

  /**
   * Rows of a query without parameters, one statement after another in the order of the calls.
   * @throws store.unavailable, store.refused, store.copy-form
   */
  async rows(
    columns: number,
    make: (sql: Sql) => ReturnType<Sql['unsafe']>,
  ): Promise<readonly (readonly Uint8Array[])[]> {
    const bytes = this.#busy.then(() =>
      this.#session.copyOut((sql) => sql`copy (${make(sql)}) to stdout (format binary)`),
    )
    this.#busy = bytes.catch(() => undefined)
    return readCopy(await bytes, columns)
  }

  async end(): Promise<void> {
    await this.#session.end()
  }
}
