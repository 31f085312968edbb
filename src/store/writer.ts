/** The one writer of a chain: the lock that makes it the only one, and the transaction of a block. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import { compareBytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { storeError } from './errors.ts'
import { lockInterval, lockPatience, viewWindow, writeTimeout } from './limits.ts'
import type { BlockWrite, Change, StoreTable } from './port.ts'
import { formatSteps, schemaOf, stateTables, upgradeFormat } from './schema.ts'
import { Session } from './session.ts'

export class Writer {
  readonly #url: string
  readonly #chain: string
  #session: Session | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(url: string, chain: string) {
    this.#url = url
    this.#chain = chain
  }

  /** Locks the chain and brings its tables to the newest format. */
  async open(): Promise<void> {
    const session = await this.#locked()
    await requireDurable(session)
    await upgradeFormat(session, this.#chain, formatSteps)
  }

  /** One block at a time: a second caller waits, and then most likely does not follow the head. */
  write(block: BlockWrite): Promise<void> {
    const turn = this.#turn.then(async () => {
      const session = await this.#locked()
      await session.transaction(() => writeBlock(session, block))
    })
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Waits for a write under way, then frees the lock. */
  async close(): Promise<void> {
    await this.#turn
    await this.#session?.end()
  }

  /** The session that holds the lock; a lost one took its lock with it, so a new one must get it again. */
  async #locked(): Promise<Session> {
    if (this.#session?.isUsable) return this.#session
    const session = new Session({ url: this.#url, schema: schemaOf(this.#chain), statementTimeout: writeTimeout })
    try {
      await takeLock(session, this.#chain)
    } catch (error) {
      await session.end()
      throw error
    }
    this.#session = session
    return session
  }
}

/** A session's lock ends with its connection: no crash leaves it behind. @throws store.in-use */
async function takeLock(session: Session, chain: string): Promise<void> {
  const key = createHash('sha256').update(`commonroot store ${chain}`).digest().readBigInt64BE()
  const end = performance.now() + lockPatience
  for (;;) {
    const [row] = await session.query((sql) => sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${key}) as taken`)
    if (row?.taken === true) return
    if (performance.now() > end) throw storeError('in-use', { chain })
    await delay(lockInterval)
  }
}

/** @throws store.not-durable */
async function requireDurable(session: Session): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes']) {
    const [row] = await session.query((sql) => sql<{ value: string }[]>`select current_setting(${setting}) as value`)
    if (row?.value !== 'on') throw storeError('not-durable', { setting })
  }
}

/** The steps of a block's transaction, in order. */
async function writeBlock(session: Session, block: BlockWrite): Promise<void> {
  await requireNext(session, block.height)
  await insertBlock(session, block)
  await applyChanges(session, 'records', block.records, block.height)
  await applyChanges(session, 'indexes', block.indexes, block.height)
  await applyChanges(session, 'pages', block.pages, block.height)
  await insertBlobs(session, block)
  await insertTransactions(session, block)
  await session.query((sql) => sql`delete from before_image where height <= ${block.height - viewWindow}`)
}

/** The first block may have any height. The lock keeps others away; should it fail, the block's primary key still does. */
async function requireNext(session: Session, height: bigint): Promise<void> {
  const [row] = await session.query((sql) => sql<{ head: bigint | null }[]>`select max(height) as head from block`)
  const head = row?.head ?? undefined
  if (head !== undefined && height !== head + 1n) throw storeError('not-next', { height, head })
}

async function insertBlock(session: Session, block: BlockWrite): Promise<void> {
  const { height, time, root, block: bytes, results, events } = block
  await session.query(
    (sql) => sql`
      insert into block (height, time, root, bytes, results, events)
      values (${height}, ${time}, ${root}, ${bytes}, ${results}, ${events})`,
  )
  await session.query(
    (sql) => sql`
      insert into header_wanted
      select ${height}::bigint where not exists (select from signed_header where height = ${height})`,
  )
}

/** Rows are written in key order, which keeps neighbours in the index together. */
async function applyChanges(
  session: Session,
  table: StoreTable,
  changes: readonly Change[],
  height: bigint,
): Promise<void> {
  if (changes.length === 0) return
  const { name, kind } = stateTables[table]
  const sorted = changes.toSorted((a, b) => compareBytes(a.key, b.key))
  sorted.forEach(({ key }, index) => {
    const next = sorted[index + 1]
    if (next !== undefined && compareBytes(key, next.key) === 0) throw new TypeError(`a key changes twice in ${table}`)
  })
  const puts = sorted.filter(({ after }) => after !== null)
  const deletes = sorted.filter(({ after }) => after === null)
  await session.query(
    (sql) => sql`
      insert into before_image (kind, height, key, value)
      select ${kind}, ${height}, key, value
      from unnest(${sql.typed.bytesList(sorted.map(({ key }) => key))},
                  ${sql.typed.bytesList(sorted.map(({ before }) => before))}) as changed (key, value)`,
  )
  if (puts.length > 0) {
    await session.query(
      (sql) => sql`
        insert into ${sql(name)} (key, value)
        select key, value
        from unnest(${sql.typed.bytesList(puts.map(({ key }) => key))},
                    ${sql.typed.bytesList(puts.map(({ after }) => after))}) as put (key, value)
        on conflict (key) do update set value = excluded.value`,
    )
  }
  if (deletes.length > 0) {
    const keys = deletes.map(({ key }) => key)
    await session.query((sql) => sql`delete from ${sql(name)} where key = any(${sql.typed.bytesList(keys)})`)
  }
}

/** A blob that came before keeps its first place: equal digests are equal bytes. */
async function insertBlobs(session: Session, { height, block, blobs }: BlockWrite): Promise<void> {
  for (const { offset, length } of blobs) {
    if (!(offset >= 0 && length >= 0 && offset + length <= block.length)) {
      throw new TypeError('a blob reaches beyond its block')
    }
  }
  if (blobs.length === 0) return
  await session.query(
    (sql) => sql`
      insert into blob (digest, height, "offset", length)
      select digest, ${height}, "offset", length
      from unnest(${sql.typed.bytesList(blobs.map(({ digest }) => digest))},
                  ${sql.typed.integerList(blobs.map(({ offset }) => offset))},
                  ${sql.typed.integerList(blobs.map(({ length }) => length))}) as slice (digest, "offset", length)
      on conflict (digest) do nothing`,
  )
}

/** @throws store.duplicate-transaction */
async function insertTransactions(session: Session, { height, transactions }: BlockWrite): Promise<void> {
  if (transactions.length === 0) return
  try {
    await session.query(
      (sql) => sql`
        insert into transaction_id (id, height, position)
        select id, ${height}, position
        from unnest(${sql.typed.bytesList(transactions.map(({ id }) => id))},
                    ${sql.typed.integerList(transactions.map(({ position }) => position))}) as executed (id, position)`,
    )
  } catch (error) {
    if (isUniqueViolation(error)) throw storeError('duplicate-transaction', { height }, error)
    throw error
  }
}

/** SQLSTATE 23505. */
function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof CommonrootError && error.cause instanceof postgres.PostgresError && error.cause.code === '23505'
  )
}
