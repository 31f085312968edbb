/** Reads at one height: a snapshot of the tables, taken back by the before-images of later blocks. */
import type { BeforeImageCache } from './before-image-cache.ts'
import { storeError } from './errors.ts'
import { maximumViewAge, viewWindow } from './limits.ts'
import type { ReadView, StoreTable } from './port.ts'
import { stateTables } from './schema.ts'
import type { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'

/** What a session sees: the state after `head`, to be shown as it was after `height`. */
export type Snapshot = { readonly height: bigint; readonly head: bigint }

/** The view of a borrowed session; it goes back to the pool when the view is closed or too old. */
export class SnapshotView implements ReadView {
  readonly height: bigint
  readonly #snapshot: Snapshot
  readonly #images: BeforeImageCache
  readonly #pool: SessionPool
  readonly #session: Session
  readonly #timer: NodeJS.Timeout
  readonly #age: number
  readonly #onClosed: (view: SnapshotView) => void
  #closing: Promise<void> | undefined

  /** `age` in milliseconds: how old it may get. */
  constructor(
    snapshot: Snapshot,
    images: BeforeImageCache,
    pool: SessionPool,
    session: Session,
    onClosed: (view: SnapshotView) => void,
    age = maximumViewAge,
  ) {
    this.height = snapshot.height
    this.#snapshot = snapshot
    this.#images = images
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
    return await readSnapshot(this.#session, this.#snapshot, this.#images, table, keys)
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

/** What a session that has taken a snapshot sees of a table, as it was at the snapshot's height. Present keys only. */
export async function readSnapshot(
  session: Session,
  { height: at, head }: Snapshot,
  cache: BeforeImageCache,
  table: StoreTable,
  keys: readonly Uint8Array[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const name = stateTables[table]
  const rows = await session.query(
    (sql) => sql<{ key: Uint8Array; value: Uint8Array }[]>`
      select key, value from ${sql(name)} where key = any(${sql.typed.bytesList(keys)})`,
  )
  const now = new Map(rows.map(({ key, value }) => [key.toHex(), value]))
  if (head === at) return now
  const wanted = new Map(keys.map((key) => [key.toHex(), key]))
  const values = new Map<string, Uint8Array | null>(now)
  for (let height = head; height > at; height--) {
    const images = await cache.at(height, session)
    for (const [id, key] of wanted) values.set(id, images.before(table, key, values.get(id) ?? null))
  }
  const present = new Map<string, Uint8Array>()
  for (const [id, value] of values) if (value !== null) present.set(id, value)
  return present
}

/** Takes a snapshot in a session that is in no transaction. @throws store.height-gone, store.height-ahead */
export async function takeSnapshot(session: Session, at: 'head' | bigint): Promise<Snapshot> {
  await session.query((sql) => sql`begin isolation level repeatable read read only`)
  // The snapshot is that of the first statement after BEGIN: this one.
  const [row] = await session.query(
    (sql) => sql<{ head: bigint | null; first: bigint | null; imaged: bigint | null }[]>`
      select coalesce((select max(height) from block), (select max(height) from snapshot_base)) as head,
             least((select min(height) from block), (select max(height) from snapshot_base)) as first,
             (select min(height) from before_image) as imaged`,
  )
  const head = row?.head ?? undefined
  const height = at === 'head' ? head : at
  if (height === undefined || head === undefined || height > head) {
    throw storeError('height-ahead', { height: height ?? at, head: head ?? 'not there yet' })
  }
  const first = row?.first ?? head
  const oldest = (row?.imaged ?? head + 1n) - 1n
  if (height < first || height < oldest || height < head - viewWindow) {
    throw storeError('height-gone', { height, head, window: viewWindow })
  }
  return { height, head }
}
