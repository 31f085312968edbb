import type { Sql } from './connection.ts'
import { SingleConnection, type SingleConnectionSettings } from './single-connection.ts'

/** Single reads over a few connections: each takes one that is idle, else a new one, else the one with the least to do. */
export class Reader {
  readonly #settings: SingleConnectionSettings
  readonly #size: number
  #connections: SingleConnection[] = []

  constructor(settings: SingleConnectionSettings, size: number) {
    this.#settings = settings
    this.#size = size
  }

  /** @throws store.unavailable, store.refused */
  ask<Result>(make: (sql: Sql) => PromiseLike<Result>): Promise<Result> {
    return this.#leastBusy().ask(make)
  }

  async end(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.end()))
  }

  #leastBusy(): SingleConnection {
    this.#connections = this.#connections.filter(({ isUsable }) => isUsable)
    const [first, ...others] = this.#connections
    const found = others.reduce((least, other) => (other.waiting < least.waiting ? other : least), first ?? this.#add())
    return found.waiting > 0 && this.#connections.length < this.#size ? this.#add() : found
  }

  #add(): SingleConnection {
    const connection = new SingleConnection(this.#settings)
    this.#connections.push(connection)
    return connection
  }
}
