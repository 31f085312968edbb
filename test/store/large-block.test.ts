/** A block that is too large for one statement: it is refused and cut off like any other. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { FaultOrder, nameOfPoint } from '../faults/fault-order.ts'
import { briefPoints } from '../faults/fault-work.ts'
import { testDatabase } from '../postgres.ts'
import { put, sha256 } from './blocks.ts'
import { largeBlock } from './large-block.ts'

const connection = await testDatabase()
const chain = 'large-00000000'
const order = new FaultOrder()
const store = await openStore({ connection, chain })
await store.write(largeBlock(1n))
await store.close()
let head = 1n
afterAll(() => order.discard())

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const opened = await openStore({ connection, chain })
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

/** All parts of the blocks up to the head are there, and none of the next. */
async function expectWhole(store: Store): Promise<void> {
  expect((await store.head())?.height).toBe(head)
  const keys = ['count', `own ${head}`, `own ${head} 199`, `own ${head - 1n}`, `own ${head + 1n}`]
  const records = await store.read('records', keys.map(utf8))
  expect(keys.map((key) => records.has(toHex(utf8(key))))).toEqual([true, true, true, false, false])
  const counts = [records, await store.read('pages', [utf8('count')])]
  for (const found of counts) expect(found.get(toHex(utf8('count')))).toStrictEqual(utf8(`${head}`))
  const next = largeBlock(head + 1n)
  expect(await store.transaction(sha256(utf8(`own ${head}`)))).toEqual({ height: head, position: 0 })
  expect(await store.transaction(sha256(utf8(`own ${head + 1n}`)))).toBeUndefined()
  expect(await store.blob(sha256(largeBlock(head).block))).toStrictEqual(largeBlock(head).block)
  expect(await store.blob(sha256(next.block))).toBeUndefined()
  expect((await store.read('indexes', [utf8(`own ${head}`), utf8(`own ${head + 1n}`)])).size).toBe(1)
}

// A store commits once while it opens.
const points = briefPoints('large-block').map((point) =>
  point.step === 'transaction.commit' ? { ...point, occurrence: 2 } : point,
)

describe('a large block', { timeout: 60_000 }, () => {
  it.each(points.map((point) => ({ point, name: nameOfPoint(point) })))(
    'that its program ends with $name is there whole or not at all',
    async ({ point }) => {
      order.give(point)
      const program = path.join(import.meta.dirname, 'large-block-program.ts')
      const words = ['--import', order.module, program, connection, chain, `${head + 1n}`]
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
      const [, signal] = await once(child, 'close')
      expect({ signal, isCarriedOut: order.isCarriedOut }).toEqual({ signal: 'SIGKILL', isCarriedOut: true })
      if (point.moment === 'after') head += 1n
      await withStore(async (store) => {
        await expectWhole(store)
        await store.write(largeBlock(head + 1n))
        head += 1n
        await expectWhole(store)
      })
    },
  )

  it('that does not follow, changes what is not there or brings a transaction again is refused whole', async () => {
    await withStore(async (store) => {
      const block = largeBlock(head + 1n)
      await expect(store.write(largeBlock(head + 2n))).rejects.toMatchObject({
        code: 'store.not-next',
        details: { height: head + 2n, head },
      })
      for (const change of [put('absent', 'old', 'new'), put('absent', 'old', null)]) {
        await expect(store.write({ ...block, pages: [...block.pages, change] })).rejects.toMatchObject({
          code: 'store.other-before',
          details: { height: head + 1n, table: 'pages' },
        })
      }
      const again = { id: sha256(utf8(`own ${head}`)), position: 0 }
      await expect(store.write({ ...block, transactions: [again] })).rejects.toMatchObject({
        code: 'store.duplicate-transaction',
        details: { height: head + 1n },
      })
      await expectWhole(store)
      await store.write(block)
    })
  })
})
