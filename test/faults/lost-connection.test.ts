import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt, put } from '../store/blocks.ts'
import { PostgresGate } from './postgres-gate.ts'

const direct = await testDatabase()
const gate = await PostgresGate.open(direct)
const chain = 'lost-00000001'
const store = await openStore({ connection: gate.connection, chain })
const change = put('key', null, 'value')
// A page: records that were asked for are answered from memory.
await store.write(blockAt(1n, { pages: [change] }))
afterAll(async () => {
  await store.close()
  await gate.close()
})
beforeEach(() => gate.set('pass'))

/** More than there are connections: some queries travel behind others. */
const readers = 12

/** Milliseconds: no reader may wait longer for an answer or a refusal when connections break. */
const bound = 2_000

type Tally = { answers: number; refusals: number; readonly oddities: string[] }

/** Reads without a pause until it is told to stop: a refused read is tried again in the same moment. */
async function readOn(tally: Tally, index: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const began = performance.now()
    try {
      const [height, found] =
        index % 2 === 0 ? [(await store.head())?.height, 1] : [1n, (await store.read('pages', [change.key])).size]
      if (height !== 1n || found !== 1) tally.oddities.push(`height ${height}, ${found} pages`)
      tally.answers += 1
    } catch (error) {
      expect(error).toMatchObject({ code: 'store.unavailable' })
      tally.refusals += 1
    }
    const duration = performance.now() - began
    if (duration > bound) tally.oddities.push(`${Math.round(duration)} ms`)
  }
}

function waitingWrites(): Promise<number> {
  return withClient(
    direct,
    async (sql) =>
      (await sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`).length,
  )
}

describe('when connections break', () => {
  it.each(['reset', 'end'] as const)(
    '(%s) every read that is under way or begins just then fails at once, and none gets the answer of another',
    async (how) => {
      const tally: Tally = { answers: 0, refusals: 0, oddities: [] }
      const stop = new AbortController()
      const reading = Promise.all(Array.from({ length: readers }, (_, index) => readOn(tally, index, stop.signal)))
      for (let round = 0; round < 20; round++) {
        await sleep(20)
        gate.cut(how)
      }
      stop.abort()
      await reading
      expect(tally.oddities).toEqual([])
      expect(tally.refusals).toBeGreaterThan(0)
      expect(tally.answers).toBeGreaterThan(0)
    },
  )

  it('a write under way fails at once, and the next one goes on under a new connection', async () => {
    let failure: Promise<unknown> | undefined
    await withClient(direct, (sql) =>
      sql.begin(async (transaction) => {
        await transaction`lock table ${transaction(`chain_${chain}`)}.record in share mode`
        failure = store.write(blockAt(2n, { records: [put('other', null, 'value')] })).catch((error: unknown) => error)
        await expect.poll(waitingWrites, { timeout: bound }).toBe(1)
        const began = performance.now()
        gate.cut('reset')
        expect(await failure).toMatchObject({ code: 'store.unavailable' })
        expect(performance.now() - began).toBeLessThan(bound)
      }),
    )
    // The server may have finished the statement that nobody waits for any more. Who has the lock again knows that.
    await store.write(blockAt(2n)).catch((error: unknown) => expect(error).toMatchObject({ code: 'store.not-next' }))
    expect((await store.head())?.height).toBe(2n)
    await store.write(blockAt(3n))
    expect((await store.head())?.height).toBe(3n)
  })

  it('something in between that takes connections only to drop them is no reason to wait for long', async () => {
    await gate.set('drop')
    gate.cut('end')
    const began = performance.now()
    await expect(store.head()).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(performance.now() - began).toBeLessThan(6_000)
    await gate.set('pass')
    expect((await store.head())?.height).toBeDefined()
  })
})
