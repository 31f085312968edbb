/**
 * A connection that somebody has for himself: for transactions, and for what lasts as long as a connection does. One that
 * was lost refuses all that follows, so that the second half of a transaction never runs outside of it.
 */
import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import postgres from 'postgres'
import { durably } from '../durable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { Sql } from './connection.ts'
import { storeError } from './errors.ts'
import { SingleConnection, type SingleConnectionSettings } from './single-connection.ts'

export class Session {
  readonly #connection: SingleConnection

  constructor(settings: SingleConnectionSettings) {
    this.#connection = new SingleConnection(settings)
  }

  get isUsable(): boolean {
    return this.#connection.isUsable
  }

  /** Runs one statement. @throws store.unavailable, store.refused */
  async query<Rows extends readonly postgres.MaybeRow[]>(
    make: (sql: Sql) => postgres.PendingQuery<Rows>,
  ): Promise<postgres.RowList<Rows>> {
    return await this.#answer(make)
  }

  /**
   * Binary COPY inside a transaction; `pieces` as `copyRows` makes them. What the server refuses once it has all bytes, the
   * driver tells nobody: it is known then that the COPY failed, and the reason is in the server's log only. So copy what a
   * constraint can refuse to a table that has none, and insert it from there.
   * @throws store.unavailable, store.refused
   */
  async copy(table: string, columns: readonly string[], pieces: Iterable<Uint8Array>): Promise<void> {
    const stream = await this.#answer((sql) =>
      sql`copy ${sql(table)} (${sql(columns)}) from stdin (format binary)`.writable(),
    )
    const closed = once(stream, 'close')
    // Nobody waits for it after an error.
    closed.catch(() => {})
    await this.#answer(() => sendAll(stream, pieces))
    try {
      await this.query((sql) => sql`select`)
    } catch (error) {
      if (isAborted(error)) throw storeError('unavailable', { reason: 'a COPY failed' }, error)
      throw error
    }
    // As it closes, the driver's stream sends a word that would end the next COPY.
    await this.#answer(() => closed)
  }

  /**
   * The rows of a query in binary form, as `readCopy` takes them. `make` gives a statement `copy (...) to stdout (format
   * binary)`, which takes no parameters. Nothing else may be asked of this session meanwhile.
   * @throws store.unavailable, store.refused
   */
  async copyOut(make: (sql: Sql) => postgres.PendingQuery<postgres.Row[]>): Promise<Uint8Array> {
    return await this.#answer((sql) => gatherFrom(make(sql)))
  }

  /** Runs `work` between BEGIN and COMMIT; an error undoes all of it. `mode` is as in BEGIN. */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.query((sql) => sql`begin`)
    try {
      const result = await work()
      const { command } = await durably('transaction.commit', () => this.query((sql) => sql`commit`))
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
    if (!this.isUsable) return
    try {
      await this.query((sql) => sql`rollback`)
    } catch {
      await this.end()
    }
  }

  /** Ends the connection, at once. */
  async end(): Promise<void> {
    await this.#connection.end()
  }

  async #answer<Result>(ask: (sql: Sql) => PromiseLike<Result>): Promise<Result> {
    try {
      return await this.#connection.ask(ask)
    } catch (error) {
      // A statement that was cut off leaves its transaction broken, whoever cut it off: the session is of no more use.
      if (error instanceof CommonrootError && error.code === 'store.unavailable') await this.end()
      throw error
    }
  }
}

/**
 * Resolves when the driver has sent all and the end mark. It would also say when the server has taken it, but after an
 * error it says nothing.
 */
function sendAll(stream: Writable, pieces: Iterable<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    const rest = pieces[Symbol.iterator]()
    const sendNext = () => {
      const { done, value } = rest.next()
      if (done === true) {
        stream.end()
        setImmediate(resolve)
        return
      }
      // A piece is made when the one before has gone: its memory may be that of the one before.
      stream.write(value, (error) => (error == null ? sendNext() : reject(error)))
    }
    sendNext()
  })
}

/**
 * All bytes that the query's stream gives. The driver hands the stream out by a promise; an error that arrives together
 * with the stream's beginning is then told to a stream that nobody listens to yet, which ends the process. So the stream
 * is taken where the driver gives it away.
 */
function gatherFrom(query: postgres.PendingQuery<postgres.Row[]>): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const giver: unknown = query
  if (!isGiver(giver)) throw new TypeError('the driver gives its streams away in another way')
  const give = giver.resolve
  giver.resolve = (given) => {
    // At the end of the statement it gives once more, something else.
    if (given instanceof Readable) gather(given).then(resolve, reject)
    give(given)
  }
  query.readable().catch(reject)
  return promise
}

type Giver = { resolve: (given: unknown) => void }

function isGiver(query: unknown): query is Giver {
  return typeof query === 'object' && query !== null && 'resolve' in query && typeof query.resolve === 'function'
}

/**
 * All bytes of the driver's stream. They are taken as they come: where a reader lets them pile up, the driver stops reading
 * from the server, and is not told to go on when all that is missing is the word that the statement is done.
 */
function gather(stream: Readable): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const pieces: Uint8Array[] = []
  stream.on('data', (piece: Uint8Array) => pieces.push(piece))
  stream.once('error', reject)
  stream.once('end', () => resolve(joined(pieces)))
  return promise
}

/** Without clearing the memory before it is filled, as `concat` does: blocks are large. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.concat(pieces)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** SQLSTATE 25P02: an earlier statement of the transaction has failed. */
function isAborted(error: unknown): boolean {
  return (
    error instanceof CommonrootError && error.cause instanceof postgres.PostgresError && error.cause.code === '25P02'
  )
}
