/** The test of a pruner that ends without warning; the short and the long run give different points. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { minimumKeptBlocks } from '../../../src/store/archive/index.ts'
import { FaultOrder, nameOfPoint } from '../../faults/fault-order.ts'
import type { FaultPoint } from '../../faults/fault-point.ts'
import { testDatabase, withClient } from '../../postgres.ts'
import { discard, newPlace, open, prune, readAll, writeBlocks } from './chain.ts'

/** Blocks that are archived in one round, and those of the rest of it, in bytes: all too large for a row of their own. */
const old = 6n
const oldBytes = 300_000
const keptBytes = 3_000

/** @param points where the pruner is to end */
export async function testCrash(points: readonly FaultPoint[]): Promise<void> {
  const place = newPlace(await testDatabase())
  const order = new FaultOrder()
  const store = await open(place)
  let head = 0n
  afterAll(async () => {
    await store.close()
    order.discard()
    discard(place)
  })

  async function moreBlocks(): Promise<void> {
    await writeBlocks(store, head + 1n, head + old, oldBytes)
    await writeBlocks(store, head + old + 1n, head + old + minimumKeptBlocks, keptBytes)
    head += old + minimumKeptBlocks
  }

  /** What was archived in this round and the one before, and the newest blocks. */
  async function read(): Promise<readonly unknown[]> {
    const round = old + minimumKeptBlocks
    const from = head > 2n * round ? head - 2n * round + 1n : 1n
    return [...(await readAll(store, from, head, oldBytes)), ...(await readAll(store, from, head, keptBytes))]
  }

  async function endAt(point: FaultPoint): Promise<void> {
    order.give(point)
    const program = path.join(import.meta.dirname, 'pruning-program.ts')
    const words = ['--import', order.module, program, place.connection, place.chain, place.folder]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal] = await once(child, 'close')
    expect({ signal, isCarriedOut: order.isCarriedOut }).toEqual({ signal: 'SIGKILL', isCarriedOut: true })
  }

  /** Every height is in one place: in a file that is there, or in the database. */
  async function expectNothingDoubled(): Promise<void> {
    const name = `chain_${place.chain}`
    const [found] = await withClient(
      place.connection,
      (sql) => sql`
        select (select count(*)::integer from ${sql(name)}.block) as rows,
          (select sum(last - first + 1)::integer from ${sql(name)}.block_archive) as archived,
          (select count(*)::integer from ${sql(name)}.block_archive) as files`,
    )
    expect(found).toMatchObject({ rows: Number(minimumKeptBlocks), archived: Number(head - minimumKeptBlocks) })
    expect(readdirSync(place.folder)).toHaveLength(Number(found?.files))
  }

  describe('a pruner', { timeout: 60_000 }, () => {
    it.each(points.map((point) => ({ name: nameOfPoint(point), point })))('may end $name', async ({ point }) => {
      await moreBlocks()
      const before = await read()
      await endAt(point)
      expect(await read()).toEqual(before)
      await prune(place)
      expect(await read()).toEqual(before)
      await expectNothingDoubled()
    })

    it('may find a file with other blocks, or none: it is written anew', async () => {
      await moreBlocks()
      const before = await read()
      const first = head - old - 2n * minimumKeptBlocks + 1n
      const name = String(first > 1n ? first : 1n).padStart(12, '0')
      await prune(place, { keep: head })
      writeFileSync(path.join(place.folder, `blocks-${name}-${name}.archive`), 'nothing of ours')
      await prune(place)
      expect(await read()).toEqual(before)
      await expectNothingDoubled()
    })
  })
}
