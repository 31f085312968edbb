import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/codec/index.ts'
import { BeforeImageCache } from '../../src/store/before-image-cache.ts'
import { openStore } from '../../src/store/index.ts'
import { schemaOf } from '../../src/store/schema.ts'
import { Session } from '../../src/store/session.ts'
import { SessionPool } from '../../src/store/session-pool.ts'
import { SnapshotView, takeSnapshot } from '../../src/store/view.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt, chain, put } from './blocks.ts'

const connection = await testDatabase()
const sessions: Session[] = []

function newSession(statementTimeout = 5_000): Session {
  const session = new Session({ url: connection, schema: schemaOf(chain), statementTimeout })
  sessions.push(session)
  return session
}

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.end()))
})

async function processOf(session: Session): Promise<number> {
  const [row] = await session.query((sql) => sql<{ pid: number }[]>`select pg_backend_pid() as pid`)
  return row?.pid ?? 0
}

describe('a session', () => {
  it('does not go on under a new connection: the rest of a broken transaction never runs', async () => {
    const session = newSession()
    await withClient(connection, (sql) => sql`create table public.half (step integer)`)
    const work = session.transaction(async () => {
      await session.query((sql) => sql`insert into public.half values (1)`)
      const process = await processOf(session)
      await withClient(connection, (sql) => sql`select pg_terminate_backend(${process}, 5000)`)
      await session.query((sql) => sql`insert into public.half values (2)`)
    })
    await expect(work).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(processOf(session)).rejects.toMatchObject({ code: 'store.unavailable' })
    expect((await withClient(connection, (sql) => sql`select from public.half`)).length).toBe(0)
  })

  it('undoes a transaction whose work fails, and can be used again', async () => {
    const session = newSession()
    const failing = session.transaction(async () => {
      await session.query((sql) => sql`create table public.undone ()`)
      throw new RangeError('on purpose')
    })
    await expect(failing).rejects.toThrow(RangeError)
    const [row] = await session.query((sql) => sql`select to_regclass('public.undone') as found`)
    expect(row).toEqual({ found: null })
  })

  it('does not take the COMMIT of a failed transaction for success', async () => {
    const session = newSession()
    const swallowing = session.transaction(async () => {
      await session.query((sql) => sql`select 1 / 0`).catch(() => {})
    })
    await expect(swallowing).rejects.toMatchObject({ code: 'store.refused', details: { state: '25P02' } })
  })

  it('gives up a statement that runs too long', async () => {
    const session = newSession(100)
    await expect(session.query((sql) => sql`select pg_sleep(20)`)).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(session.isUsable).toBe(false)
  })

  it('gives up a server that does not answer at all', async () => {
    const session = newSession(100)
    const backend = await processOf(session)
    process.kill(backend, 'SIGSTOP')
    try {
      const query = session.query((sql) => sql`select 1`)
      await expect(query).rejects.toMatchObject({ code: 'store.unavailable', details: { reason: 'no answer in time' } })
    } finally {
      process.kill(backend, 'SIGCONT')
    }
  })
})

describe('a pool', () => {
  it('turns away who waits too long, and lends a returned session again', async () => {
    const pool = new SessionPool(newSession, 1, 50)
    const only = await pool.borrow()
    await expect(pool.borrow()).rejects.toMatchObject({ code: 'store.busy', details: { limit: 1 } })
    const waiting = pool.borrow()
    pool.giveBack(only)
    expect(await waiting).toBe(only)
    await only.end()
    pool.giveBack(only)
    expect(await pool.borrow()).not.toBe(only)
    const late = pool.borrow()
    await pool.end()
    await expect(late).rejects.toThrow(TypeError)
  })
})

describe('a forgotten view', () => {
  it('is closed when it is too old, and its session is free for the next', async () => {
    const store = await openStore({ connection, chain })
    await store.write(blockAt(1n, { records: [put('k', null, 'v')] }))
    const pool = new SessionPool(newSession, 1, 5_000)
    const session = await pool.borrow()
    const closed = Promise.withResolvers<SnapshotView>()
    const view = new SnapshotView(
      await takeSnapshot(session, 'head'),
      new BeforeImageCache(),
      pool,
      session,
      closed.resolve,
      100,
    )
    expect((await view.read('records', [utf8('k')])).size).toBe(1)
    expect(await closed.promise).toBe(view)
    await expect(view.read('records', [utf8('k')])).rejects.toMatchObject({ code: 'store.view-closed' })
    expect(await pool.borrow()).toBe(session)
    await pool.end()
    await store.close()
  })
})
