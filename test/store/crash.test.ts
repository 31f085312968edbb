/** What happens when Postgres dies: the tests run a server of their own, and kill it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import {
  type BlockWrite,
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  openStore,
  type Store,
  startEmbeddedPostgres,
} from '../../src/store/index.ts'
import { withClient } from '../postgres.ts'
import { blockAt, put, sha256 } from './blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonroot-crash-'))
let server: EmbeddedPostgres | undefined

async function startServer(): Promise<EmbeddedPostgres> {
  await server?.stop()
  server = await startEmbeddedPostgres({ folder })
  return server
}

async function kill(running: EmbeddedPostgres, { andRelease = true } = {}): Promise<void> {
  for (const processId of [running.processId, ...childrenOf(running.processId)]) {
    try {
      process.kill(processId, 'SIGKILL')
    } catch {
      // A child that ended by itself meanwhile is as dead as can be.
    }
  }
  if (andRelease) await running.stop()
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => {
      try {
        const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
      } catch {
        return false
      }
    })
}

/** Block n counts key `count` up, brings a record, an index entry, a page, a blob and a transaction of its own. */
function countingBlock(height: bigint): BlockWrite {
  const own = `own ${height}`
  const count = put('count', height === 1n ? null : `${height - 1n}`, `${height}`)
  const filler = Array.from({ length: 200 }, (_, index) => put(`${own} ${index}`, null, own.repeat(10)))
  return blockAt(height, {
    records: [count, ...filler],
    indexes: [put(own, null, own)],
    pages: [put(own, null, own), count],
    blobs: [{ digest: sha256(utf8(`block ${height}`)), offset: 0, length: `block ${height}`.length }],
    transactions: [{ id: sha256(utf8(own)), position: 0 }],
  })
}

/** All parts of blocks 1 to `head` are there, and none of the next. */
async function expectWhole(store: Store, head: bigint): Promise<void> {
  const count = utf8('count')
  expect((await store.read('records', [count])).get(toHex(count))).toStrictEqual(utf8(`${head}`))
  expect((await store.read('pages', [count])).get(toHex(count))).toStrictEqual(utf8(`${head}`))
  for (let height = 1n; height <= head + 1n; height++) {
    const own = utf8(`own ${height}`)
    const last = utf8(`own ${height} 199`)
    const parts = await Promise.all([
      store.block(height),
      store.read('records', [last]).then((found) => found.get(toHex(last))),
      store.read('indexes', [own]).then((found) => found.get(toHex(own))),
      store.read('pages', [own]).then((found) => found.get(toHex(own))),
      store.blob(sha256(utf8(`block ${height}`))),
      store.transaction(sha256(own)),
    ])
    expect(parts.map((part) => part !== undefined)).toEqual(parts.map(() => height <= head))
  }
}

afterAll(async () => {
  await server?.stop()
  await discardEmbeddedPostgres({ folder })
})

describe('when Postgres is killed', () => {
  it('every block whose write resolved is there afterwards, and no block by half', async () => {
    let acknowledged = 0n
    let interrupted = 0
    for (let round = 0; round < 3; round++) {
      const running = await startServer()
      const store = await openStore({ connection: running.connection, chain: 'crash-00000001' })
      const head = (await store.head())?.height ?? 0n
      expect(head).toBeGreaterThanOrEqual(acknowledged)
      expect(head).toBeLessThanOrEqual(acknowledged + 1n)
      if (head > 0n) await expectWhole(store, head)
      acknowledged = head
      const writing = (async () => {
        for (;;) {
          await store.write(countingBlock(acknowledged + 1n))
          acknowledged++
        }
      })()
      const failure = writing.catch((error: unknown) => error)
      await delay(150 + 97 * round)
      await kill(running)
      expect(await failure).toMatchObject({ code: 'store.unavailable' })
      interrupted++
      await expect(store.head()).rejects.toMatchObject({ code: 'store.unavailable' })
      await store.close()
    }
    expect(interrupted).toBe(3)
    expect(acknowledged).toBeGreaterThan(0n)
  })

  it('an open store works again once the server is back', async () => {
    const running = await startServer()
    const store = await openStore({ connection: running.connection, chain: 'crash-00000005' })
    await store.write(countingBlock(1n))
    const view = await store.view('head')
    const [program = '', ...words] = readFileSync(`/proc/${running.processId}/cmdline`, 'utf8').split('\0').slice(0, -1)
    await kill(running, { andRelease: false })
    await expect(view.read('records', [utf8('count')])).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(store.write(countingBlock(2n))).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(store.head()).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(store.view('head')).rejects.toMatchObject({ code: 'store.unavailable' })

    const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const again = spawn(program, words, { ...owner, cwd: '/', stdio: 'ignore' })
    try {
      await eventually(async () => store.write(countingBlock(2n)))
      await expectWhole(store, 2n)
      await expect(view.read('records', [utf8('count')])).rejects.toMatchObject({ code: 'store.unavailable' })
      const fresh = await store.view(1n)
      expect((await fresh.read('records', [utf8('count')])).size).toBe(1)
      await store.close()
    } finally {
      const ended = once(again, 'exit')
      again.kill('SIGINT')
      await ended
    }
  })

  it('an open store gets over sessions that end one by one, and its open views say that they are gone', async () => {
    const { connection } = await startServer()
    const store = await openStore({ connection, chain: 'crash-00000002' })
    await store.write(blockAt(1n, { records: [put('k', null, 'v')] }))
    const view = await store.view('head')
    for (let height = 2n; height < 6n; height++) {
      await withClient(
        connection,
        (sql) => sql`
          select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      await eventually(async () => expect((await store.head())?.height).toBe(height - 1n))
      await eventually(async () => store.write(blockAt(height)))
      const fresh = await store.view('head')
      expect((await fresh.read('records', [utf8('k')])).size).toBe(1)
      await fresh.close()
    }
    await expect(view.read('records', [utf8('k')])).rejects.toMatchObject({ code: 'store.unavailable' })
    await view.close()
    await store.close()
  })

  it('a connection that dies in the midst of a block takes the whole block with it', async () => {
    const { connection } = await startServer()
    const store = await openStore({ connection, chain: 'crash-00000006' })
    const began = performance.now()
    await store.write(countingBlock(1n))
    const duration = performance.now() - began
    let head = 1n
    let lost = 0
    for (let round = 0; round < 100 && (lost < 4 || head < 4n); round++) {
      const writing = store.write(countingBlock(head + 1n)).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'store.unavailable' })
          return false
        },
      )
      // Sweeps the moment of death over the whole of a write, and beyond it.
      await delay((duration * (round % 12)) / 8)
      await withClient(
        connection,
        (sql) => sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`,
      )
      if (!(await writing)) lost++
      await eventually(async () => {
        const found = (await store.head())?.height ?? 0n
        expect(found - head === 0n || found - head === 1n).toBe(true)
        head = found
      })
    }
    expect(lost).toBeGreaterThanOrEqual(4)
    expect(head).toBeGreaterThanOrEqual(4n)
    await expectWhole(store, head)
    await store.close()
  })

  it('a store that lost its lock to another process writes no more', async () => {
    const { connection } = await startServer()
    const chain = 'crash-00000003'
    const first = await openStore({ connection, chain })
    await first.write(blockAt(1n))
    await withClient(
      connection,
      (sql) => sql`select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'`,
    )
    const second = await openStore({ connection, chain })
    await second.write(blockAt(2n))
    await expect(first.write(blockAt(2n))).rejects.toMatchObject({ code: 'store.in-use' })
    await second.close()
    await expect(first.write(blockAt(2n))).rejects.toMatchObject({ code: 'store.not-next' })
    await first.write(blockAt(3n))
    await first.close()
  })

  it('a server that is set to lose blocks in a power cut is refused', async () => {
    const { connection } = await startServer()
    const set = async (value: string) => {
      await withClient(connection, (sql) => sql`alter system set full_page_writes = ${sql(value)}`)
      await withClient(connection, (sql) => sql`select pg_reload_conf()`)
    }
    await set('off')
    await eventually(async () => {
      await expect(openStore({ connection, chain: 'crash-00000004' })).rejects.toMatchObject({
        code: 'store.not-durable',
        details: { setting: 'full_page_writes' },
      })
    })
    await set('on')
    await eventually(async () => (await openStore({ connection, chain: 'crash-00000004' })).close())
  })
})

/** Retries for some seconds: connections come back and settings take effect a little later. */
async function eventually(work: () => Promise<void>): Promise<void> {
  for (const end = performance.now() + 10_000; ; await delay(20)) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}
