/** Reads at one height: a snapshot of the tables, turned back by the before-images. */
import { storeError } from './errors.ts'
import { maximumViewAge, viewWindow } from './limits.ts'
import type { ReadView, StoreTable } from './port.ts'
import { stateTables } from './schema.ts'
import type { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'

/** The view of a borrowed session; it goes back to the pool when the view is closed or too old. */
export class SnapshotView implements ReadView {
  readonly height: bigint
  readonly #pool: SessionPool
  readonly #session: Session
  readonly #timer: NodeJS.Timeout
  readonly #age: number
  readonly #onClosed: (view: SnapshotView) => void
  #closing: Promise<void> | undefined

  /** `age` in milliseconds: how old it may get. */
  constructor(
    height: bigint,
    pool: SessionPool,
    session: Session,
    onClosed: (view: SnapshotView) => void,
    age = maximumViewAge,
  ) {
    this.height = height
    this.#pool = pool
    this.#session = session
    this.#onClosed = onClosed
    this.#age = age
    this.#timer = setTimeout(() => this.close(), age).unref()
  }

  async read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (this.#closing !== undefined) {
      throw storeError('view-closed', { height: this.height, seconds: this.#age / 1000 })
    }
    const { name, kind } = stateTables[table]
    const rows = await this.#session.query(
      (sql) => sql<{ key: Uint8Array; value: Uint8Array | null }[]>`
        select wanted.key, case when later.height is null then now.value else later.value end as value
        from unnest(${sql.typed.bytesList(keys)}) as wanted (key)
        left join ${sql(name)} as now on now.key = wanted.key
        left join lateral (
          select height, value from before_image
          where kind = ${kind} and key = wanted.key and height > ${this.height}
          order by height limit 1
        ) as later on true`,
    )
    const present = new Map<string, Uint8Array>()
    for (const { key, value } of rows) if (value !== null) present.set(key.toHex(), value)
    return present
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#session.rollback()
    this.#pool.giveBack(this.#session)
    this.#onClosed(this)
  }
}

/** Takes a snapshot in a session that is in no transaction. @throws store.height-gone, store.height-ahead */
export async function takeSnapshot(session: Session, at: 'head' | bigint): Promise<bigint> {
  await session.query((sql) => sql`begin isolation level repeatable read read only`)
  // The snapshot is that of the first statement after BEGIN: this one.
  const [row] = await session.query(
    (sql) => sql<{ head: bigint | null; first: bigint | null }[]>`
      select max(height) as head, min(height) as first from block`,
  )
  const head = row?.head ?? undefined
  const first = row?.first ?? undefined
  const height = at === 'head' ? head : at
  if (height === undefined || head === undefined || first === undefined || height > head) {
    throw storeError('height-ahead', { height: height ?? at, head: head ?? 'not there yet' })
  }
  if (height < first || height < head - viewWindow)
    throw storeError('height-gone', { height, head, window: viewWindow })
  return height
}
