/** What a block leaves behind when the server refuses part of it, and how much disk many blocks take. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { type CopyValue, copyRows } from '../../src/store/copy-rows.ts'
import { type Change, type DatabaseStore, openStore, viewWindow } from '../../src/store/index.ts'
import { formatSteps, schemaOf, upgradeFormat } from '../../src/store/schema.ts'
import { Session } from '../../src/store/session.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt, put, sha256 } from './blocks.ts'

const connection = await testDatabase()
let count = 0

async function withStore(work: (store: DatabaseStore, chain: string) => Promise<void>): Promise<void> {
  const chain = `block-${(++count).toString(16).padStart(8, '0')}`
  const store = await openStore({ connection, chain })
  try {
    await work(store, chain)
  } finally {
    await store.close()
  }
}

/** Every row put into a table fails with an SQLSTATE, until the result is called. */
async function failing(chain: string, table: string, state: string): Promise<() => Promise<unknown>> {
  const schema = schemaOf(chain)
  await withClient(connection, (sql) =>
    sql.unsafe(`
      create function "${schema}".fail() returns trigger language plpgsql as
        $$ begin raise exception 'as the test wants it' using errcode = '${state}'; end $$;
      create trigger failing before insert on "${schema}".${table} for each row execute function "${schema}".fail()`),
  )
  return () => withClient(connection, (sql) => sql.unsafe(`drop function "${schema}".fail cascade`))
}

describe('a COPY', () => {
  async function withTable(work: (session: Session) => Promise<void>): Promise<void> {
    const schema = `copy_${++count}`
    await withClient(connection, (sql) =>
      sql.unsafe(`create schema ${schema}; create table ${schema}.t (key bytea primary key, number bigint)`),
    )
    const session = new Session({ url: connection, schema, statementTimeout: 5_000 })
    try {
      await work(session)
    } finally {
      await session.end()
    }
  }
  const row = (key: string) => [utf8(key), 1n]
  const whole = (rows: readonly (readonly CopyValue[])[]) =>
    Buffer.concat(Array.from(copyRows(rows), (piece) => Uint8Array.from(piece)))
  const rowCount = async (session: Session) =>
    (await session.query((sql) => sql<{ count: bigint }[]>`select count(*) from t`))[0]?.count

  it('carries bytes, whole numbers and nulls; several follow each other in one transaction', async () => {
    await withTable(async (session) => {
      const large = new Uint8Array(3_000_000).fill(7)
      await session.transaction(async () => {
        for (let round = 0; round < 5; round++) await session.copy('t', ['key', 'number'], copyRows([row(`${round}`)]))
        await session.query((sql) => sql`create table u (key bytea, number integer, other bigint)`)
        await session.copy('u', ['key', 'number', 'other'], copyRows([[large, -5, null]]))
        await session.copy('u', ['key', 'number', 'other'], copyRows([]))
      })
      expect(await rowCount(session)).toBe(5n)
      const rows = await session.query((sql) => sql`select * from u`)
      expect([...rows]).toStrictEqual([{ key: large, number: -5, other: null }])
    })
  })

  it('that breaks a constraint at its end is an error, never a wait without end, and the session goes on', async () => {
    await withTable(async (session) => {
      for (const rows of [
        [row('a'), row('a')],
        [...Array.from({ length: 5_000 }, (_, index) => row(`${index}`)), row('7')],
      ]) {
        const failed = session.transaction(() => session.copy('t', ['key', 'number'], copyRows(rows)))
        await expect(failed).rejects.toMatchObject({
          code: 'store.unavailable',
          message: 'Postgres does not answer: a COPY failed',
        })
        expect(session.isUsable).toBe(true)
        expect(await rowCount(session)).toBe(0n)
      }
      await session.transaction(() => session.copy('t', ['key', 'number'], copyRows([row('a')])))
      expect(await rowCount(session)).toBe(1n)
    })
  })

  it('that is refused before it begins, or in the midst of it, says why', async () => {
    await withTable(async (session) => {
      const copy = (column: string, pieces: Iterable<Uint8Array>) =>
        session.transaction(() => session.copy('t', ['key', column], pieces))
      await expect(copy('nothing', copyRows([]))).rejects.toMatchObject({
        code: 'store.refused',
        details: { state: '42703' },
      })
      const broken = whole(Array.from({ length: 300_000 }, (_, index) => row(`${index}`)))
      broken.fill(0xee, 100, 200)
      await expect(copy('number', [broken])).rejects.toMatchObject({
        code: expect.stringMatching(/^store\.(?:refused|unavailable)$/),
      })
      expect(await rowCount(session)).toBe(0n)
    })
  })

  it('whose connection is killed while the server waits for a lock ends with it', async () => {
    await withTable(async (session) => {
      const schema = `copy_${count}`
      const failed = withClient(connection, (sql) =>
        sql.begin(async (other) => {
          await other.unsafe(`lock table ${schema}.t in share mode`)
          const copying = session.transaction(() => session.copy('t', ['key', 'number'], copyRows([row('a')])))
          const outcome = expect(copying).rejects.toMatchObject({ code: 'store.unavailable' })
          await delay(100)
          await other`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`
          await outcome
        }),
      )
      await failed
      expect(session.isUsable).toBe(false)
    })
  })
})

describe('a block', () => {
  it.each(['block', 'before_image', 'record', 'page', 'index_entry', 'blob', 'transaction_id'])(
    'for whose rows of %s the disk is full is refused whole, and written once there is room',
    async (table) => {
      await withStore(async (store, chain) => {
        await store.write(blockAt(1n))
        const block = blockAt(2n, {
          records: [put('k', null, 'v')],
          indexes: [put('i', null, 'k')],
          pages: [put('p', null, 'v')],
          blobs: [{ digest: sha256(utf8('bl')), offset: 0, length: 2 }],
          transactions: [{ id: sha256(utf8('t')), position: 0 }],
        })
        const makeRoom = await failing(chain, table, '53100')
        await expect(store.write(block)).rejects.toMatchObject({ code: 'store.unavailable' })
        expect((await store.head())?.height).toBe(1n)
        expect((await store.read('records', [utf8('k')])).size).toBe(0)
        await makeRoom()
        await store.write(block)
        expect((await store.head())?.height).toBe(2n)
        expect((await store.transactions([sha256(utf8('t')), sha256(utf8('u'))])).size).toBe(1)
      })
    },
  )

  it.each([[put('k', 'old', 'new')], [put('k', 'old', null)]])(
    'that changes what is not there is refused whole',
    async (change) => {
      await withStore(async (store) => {
        await store.write(blockAt(1n))
        for (const table of ['records', 'indexes', 'pages'] as const) {
          await expect(store.write(blockAt(2n, { [table]: [change] }))).rejects.toMatchObject({
            code: 'store.other-before',
            details: { height: 2n, table },
          })
        }
        expect((await store.head())?.height).toBe(1n)
      })
    },
  )

  it('that brings a key as new which is there is refused whole', async () => {
    await withStore(async (store) => {
      await store.write(blockAt(1n, { records: [put('k', null, 'v')] }))
      await expect(store.write(blockAt(2n, { records: [put('k', null, 'w')] }))).rejects.toMatchObject({
        code: 'store.refused',
        details: { state: '23505' },
      })
      expect((await store.head())?.height).toBe(1n)
    })
  })
})

describe('reads at older heights', () => {
  const page = (height: bigint) => `head${'some slot of it '.repeat(20)}${height}${'other slots of it '.repeat(20)}`

  it('work in a store that has just been opened', async () => {
    await withStore(async (first, chain) => {
      for (let height = 1n; height <= 10n; height++) {
        const before = height === 1n ? null : page(height - 1n)
        await first.write(blockAt(height, { pages: [put('p', before, page(height))] }))
      }
      await first.close()
      const store = await openStore({ connection, chain })
      for (const height of [9n, 3n, 10n, 1n]) {
        const view = await store.view(height)
        const found = await view.read('pages', [utf8('p'), utf8('p'), utf8('q')])
        expect(found).toStrictEqual(new Map([[toHex(utf8('p')), utf8(page(height))]]))
        await view.close()
      }
      await store.close()
    })
  })

  it('are refused when the before-images were damaged or removed', async () => {
    await withStore(async (first, chain) => {
      for (let height = 1n; height <= 5n; height++) await first.write(blockAt(height))
      await first.close()
      const schema = schemaOf(chain)
      await withClient(connection, async (sql) => {
        await sql.unsafe(`update "${schema}".before_image set bytes = set_byte(bytes, 3, 9) where height = 5`)
        await sql.unsafe(`delete from "${schema}".before_image where height = 3`)
      })
      const store = await openStore({ connection, chain })
      for (const height of [4n, 2n]) {
        const view = await store.view(height)
        await expect(view.read('records', [utf8('k')])).rejects.toMatchObject({ code: 'store.before-images' })
        await view.close()
      }
      await store.close()
    })
  })
})

it('a chain of data format 1 keeps its state, and gets its older heights back with the next blocks', async () => {
  const chain = `block-${(++count).toString(16).padStart(8, '0')}`
  const session = new Session({ url: connection, schema: schemaOf(chain), statementTimeout: 5_000 })
  await upgradeFormat(session, chain, formatSteps.slice(0, 1))
  await session.query((sql) =>
    sql.unsafe(`insert into record values ('k', 'v'); insert into page values ('p', 'v');
    insert into block select height, height, 'root', 'block', 'results', 'events' from generate_series(1, 3) as height;
    insert into before_image values (1, 'k', 3, 'u')`),
  )
  await session.end()
  const store = await openStore({ connection, chain })
  expect((await store.read('records', [utf8('k')])).get(toHex(utf8('k')))).toStrictEqual(utf8('v'))
  await expect(store.view(2n)).rejects.toMatchObject({ code: 'store.height-gone' })
  await (await store.view('head')).close()
  await store.write(blockAt(4n, { pages: [put('p', 'v', 'w')] }))
  const view = await store.view(3n)
  expect((await view.read('pages', [utf8('p')])).get(toHex(utf8('p')))).toStrictEqual(utf8('v'))
  await view.close()
  await expect(store.view(2n)).rejects.toMatchObject({ code: 'store.height-gone' })
  await store.close()
})

it('blocks that overwrite the same rows again and again need no more disk than the first few windows of them', async () => {
  await withStore(async (store) => {
    const value = (height: bigint, index: number) => `${height} ${index} `.repeat(60)
    const changes = (height: bigint): readonly Change[] =>
      Array.from({ length: 100 }, (_, index) =>
        put(`page ${index}`, height === 1n ? null : value(height - 1n, index), value(height, index)),
      )
    const bytesAfter = async (from: bigint, until: bigint) => {
      for (let height = from; height <= until; height++) {
        await store.write(blockAt(height, { pages: changes(height), records: changes(height) }))
      }
      const tables = await store.statistics()
      expect(tables.find(({ table }) => table === 'before_image')?.rows).toBe(viewWindow)
      expect(tables.find(({ table }) => table === 'page')?.rows).toBe(100n)
      return Number(
        tables.reduce(
          (sum, { table, bytes }) => (/^(?:page|record|before_image)$/.test(table) ? sum + bytes : sum),
          0n,
        ),
      )
    }
    const span = 4n * viewWindow
    const sizes: number[] = []
    for (let start = 0n; start < 5n; start++) sizes.push(await bytesAfter(start * span + 1n, (start + 1n) * span))
    // While an autovacuum looks at any table of the database, old rows are kept for it, and tables grow by chance, once.
    const growths = sizes.slice(1).map((size, index) => size - sizes[index]!)
    expect(Math.min(...growths)).toBeLessThan(0.1 * sizes[0]!)
  })
})
