import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import {
  type BlockWrite,
  type Change,
  openStore,
  type ReadView,
  type Store,
  type StoreTable,
  viewWindow,
} from '../../src/store/index.ts'
import { testDatabase } from '../postgres.ts'
import { blockAt, put } from './blocks.ts'

const connection = await testDatabase()
const tables: readonly StoreTable[] = ['records', 'indexes', 'pages']
const keys = ['', 'a', 'b', 'c', 'd', 'e', 'ab', '\u0000', 'é'].map(utf8)
let count = 0

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore({ connection, chain: `view-${(++count).toString(16).padStart(8, '0')}` })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** The naive model: the whole state after each height. */
type State = Readonly<Record<StoreTable, ReadonlyMap<string, Uint8Array>>>
const empty: State = { records: new Map(), indexes: new Map(), pages: new Map() }

const changes = fc.uniqueArray(
  fc.record({
    table: fc.constantFrom(...tables),
    key: fc.constantFrom(...keys),
    after: fc.option(fc.uint8Array({ maxLength: 40 }), { freq: 2 }),
  }),
  { maxLength: 12, selector: ({ table, key }) => `${table} ${toHex(key)}` },
)
/** A block, and how far back to look after it. */
const steps = fc.array(fc.record({ changes, back: fc.bigInt({ min: 0n, max: viewWindow }), keep: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
})

async function expectState(read: ReadView['read'], state: State): Promise<void> {
  for (const table of tables) {
    expect(new Map(await read(table, keys))).toStrictEqual(new Map(state[table]))
  }
}

describe('views', () => {
  it('show the state after their height as a naive model has it, and keep showing it while blocks are written', async () => {
    const property = fc.asyncProperty(steps, async (list) => {
      await withStore(async (store) => {
        const states: State[] = [empty]
        const kept: ReadView[] = []
        for (const step of list) {
          const before = states.at(-1)!
          const { block, after } = applied(before, BigInt(states.length), step.changes)
          await store.write(block)
          states.push(after)
          await expectState(store.read.bind(store), after)
          const height = block.height - step.back
          if (height < 1n) continue
          const view = await store.view(height)
          await expectState(view.read.bind(view), states[Number(height)]!)
          if (step.keep && kept.length < 3) kept.push(view)
          else await view.close()
        }
        for (const view of kept) {
          await expectState(view.read.bind(view), states[Number(view.height)]!)
          await view.close()
        }
      })
    })
    await fc.assert(property, { numRuns: 12 })
  })

  it('go back as far as the window and no further', async () => {
    await withStore(async (store) => {
      await expect(store.view('head')).rejects.toMatchObject({ code: 'store.height-ahead' })
      await store.write(blockAt(100n))
      await expect(store.view(99n)).rejects.toMatchObject({ code: 'store.height-gone' })
      for (let height = 101n; height <= 100n + viewWindow + 1n; height++) await store.write(blockAt(height))
      const head = 100n + viewWindow + 1n
      const oldest = await store.view(head - viewWindow)
      expect(oldest.height).toBe(101n)
      await oldest.close()
      await expect(store.view(100n)).rejects.toMatchObject({
        code: 'store.height-gone',
        details: { height: 100n, head },
      })
      await expect(store.view(head + 1n)).rejects.toMatchObject({ code: 'store.height-ahead', details: { head } })
      const newest = await store.view('head')
      expect(newest.height).toBe(head)
      await newest.close()
    })
  })

  it('are many over time, one refused view or closed view costs nothing', async () => {
    await withStore(async (store) => {
      await store.write(blockAt(1n, { records: [put('k', null, 'v')] }))
      for (let round = 0; round < 30; round++) {
        await expect(store.view(2n)).rejects.toMatchObject({ code: 'store.height-ahead' })
        const view = await store.view(1n)
        expect((await view.read('records', [utf8('k'), utf8('k')])).size).toBe(1)
        await Promise.all([view.close(), view.close()])
        await expect(view.read('records', [])).rejects.toMatchObject({ code: 'store.view-closed' })
      }
    })
  })

  it('wait for a free one when all are in use', async () => {
    await withStore(async (store) => {
      await store.write(blockAt(1n))
      const views = await Promise.all(Array.from({ length: 8 }, () => store.view('head')))
      let late: ReadView | undefined
      const waiting = store.view('head').then((view) => {
        late = view
      })
      await store.write(blockAt(2n))
      expect(late).toBeUndefined()
      await views[0]!.close()
      await waiting
      expect(late?.height).toBe(2n)
    })
  })
})

function applied(
  before: State,
  height: bigint,
  list: readonly { readonly table: StoreTable; readonly key: Uint8Array; readonly after: Uint8Array | null }[],
): { readonly block: BlockWrite; readonly after: State } {
  const after = { records: new Map(before.records), indexes: new Map(before.indexes), pages: new Map(before.pages) }
  const written: Record<StoreTable, Change[]> = { records: [], indexes: [], pages: [] }
  for (const { table, key, after: value } of list) {
    written[table].push({ key, before: before[table].get(toHex(key)) ?? null, after: value })
    if (value === null) after[table].delete(toHex(key))
    else after[table].set(toHex(key), value)
  }
  return { block: blockAt(height, written), after }
}
