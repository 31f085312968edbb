/** The one writer of a chain: the lock that makes it the only one, and whose turn it is. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { prepareBlockFunctions } from './block-functions.ts'
import { writeBlock } from './block-transaction.ts'
import { storeError } from './errors.ts'
import { lockInterval, lockPatience, viewWindow, writeTimeout } from './limits.ts'
import type { BlockWrite } from './port.ts'
import { formatSteps, schemaOf, upgradeFormat } from './schema.ts'
import { Session } from './session.ts'

export class Writer {
  readonly #url: string
  readonly #chain: string
  #session: Session | undefined
  /** The server's process of the session that had the lock last. */
  #holder: Backend | undefined
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

  /**
   * One block at a time: a second caller waits, and then most likely does not follow the head.
   * @returns the block's before-images
   */
  write(block: BlockWrite): Promise<Uint8Array> {
    const turn = this.#turn.then(async () => writeBlock(await this.#locked(), block))
    this.#turn = turn.catch(() => {})
    if (block.height % viewWindow === 0n) this.#clear()
    return turn
  }

  /** Between two blocks, and only where a session is open: a failure costs nothing but disk space. */
  #clear(): void {
    const turn = this.#turn.then(async () => {
      if (this.#session?.isUsable) await clearBeforeImages(this.#session)
    })
    this.#turn = turn.catch(() => {})
  }

  /** Waits for a write under way, then frees the lock. */
  async close(): Promise<void> {
    await this.#turn
    await this.#session?.end()
  }

  /**
   * The session that holds the lock; a lost one took its lock with it, so a new one must get it again. Another writer may
   * have had it meanwhile: what it wrote stands, and the block that does not follow it is refused.
   */
  async #locked(): Promise<Session> {
    if (this.#session?.isUsable) return this.#session
    const session = new Session({ url: this.#url, schema: schemaOf(this.#chain), statementTimeout: writeTimeout })
    try {
      await takeLock(session, this.#chain, this.#holder)
      this.#holder = await backendOf(session)
      await prepareBlockFunctions(session)
    } catch (error) {
      await session.end()
      throw error
    }
    this.#session = session
    return session
  }
}

/** A process of the server: numbers come again, so it is known by its start as well. */
type Backend = { readonly process: number; readonly start: string }

async function backendOf(session: Session): Promise<Backend | undefined> {
  const [row] = await session.query(
    (sql) => sql<Backend[]>`
      select pid as process, backend_start::text as start from pg_stat_activity where pid = pg_backend_pid()`,
  )
  return row
}

/**
 * A session's lock ends with its connection: no crash leaves it behind. But the server may not have noticed yet that a
 * connection is gone: a session of this writer's own is ended, and whatever it was committing is then decided.
 * @throws store.in-use; store.unavailable while the writer's own former session does not end
 */
async function takeLock(session: Session, chain: string, former: Backend | undefined): Promise<void> {
  const key = createHash('sha256').update(`commonroot store ${chain}`).digest().readBigInt64BE()
  const end = performance.now() + lockPatience
  for (;;) {
    const [row] = await session.query((sql) => sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${key}) as taken`)
    if (row?.taken === true) return
    const isOwn = former !== undefined && (await endHolder(session, key, former))
    if (performance.now() > end) {
      throw isOwn
        ? storeError('unavailable', { reason: 'a lost session still holds the lock' })
        : storeError('in-use', { chain })
    }
    await delay(lockInterval)
  }
}

/** Ends a session if it holds the lock. The key's two halves stand in columns of their own. @returns whether it does */
async function endHolder(session: Session, key: bigint, { process, start }: Backend): Promise<boolean> {
  const ended = await session.query(
    (sql) => sql`
      select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and objsubid = 1
        and ((classid::bigint << 32) | objid::bigint) = ${key} and pid = ${process} and backend_start::text = ${start}`,
  )
  return ended.length > 0
}

/** @throws store.not-durable */
async function requireDurable(session: Session): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes']) {
    const [row] = await session.query((sql) => sql<{ value: string }[]>`select current_setting(${setting}) as value`)
    if (row?.value !== 'on') throw storeError('not-durable', { setting })
  }
}

/**
 * Gives the place of outdated before-images to the next ones. They come faster than autovacuum by itself looks after them,
 * and there are never more than a window's.
 */
async function clearBeforeImages(session: Session): Promise<void> {
  await session.query((sql) => sql`vacuum (skip_locked) before_image`)
}
