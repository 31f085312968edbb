/** A block that is executed over the one before it, while that is being committed. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { Chain, decodeBlock, engineGenesis } from '../../src/chain/index.ts'
import { stateAfter } from '../../src/chain/pending-state.ts'
import { compareBytes, fromHex, toHex } from '../../src/codec/index.ts'
import type { BlockInput } from '../../src/engine/index.ts'
import type { BlockWrite } from '../../src/store/index.ts'
import { type MemoryStore, memoryStore } from '../host/memory-store.ts'
import { type Recording, readRecording } from '../replay/recording.ts'

const folder = path.join(import.meta.dirname, '..', 'replay', 'chains')
const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))

/** A store that writes when it is told to, and reads as long as it may. */
function heldStore() {
  const store = memoryStore()
  let opened = Promise.withResolvers<void>()
  let reads = 0
  let mayRead = true
  const held: MemoryStore = {
    ...store,
    read: async (table, keys) => {
      reads += 1
      if (!mayRead) throw new Error('nothing is to be read')
      return store.read(table, keys)
    },
    write: async (block: BlockWrite) => {
      await opened.promise
      opened = Promise.withResolvers()
      await store.write(block)
    },
  }
  return {
    store: held,
    /** Lets the next write through. */
    open: () => opened.resolve(),
    forbidReading: (isForbidden: boolean) => {
      mayRead = !isForbidden
    },
    /** Waits until nothing has been read for a while: what was begun is then done. */
    settled: async () => {
      for (let seen = -1; seen !== reads; ) {
        seen = reads
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }
}

async function openHeld({ genesis }: Recording) {
  const held = heldStore()
  const chain = await Chain.open({ genesis, store: held.store, protocols })
  held.open()
  await chain.initChain(engineGenesis(genesis))
  return { chain, ...held }
}

function pairsOf({ blocks }: Recording) {
  const inputs = blocks.map(({ block }) => decodeBlock(block))
  return inputs.map((input, index) => ({ input, root: toHex(blocks[index]!.root), next: inputs[index + 1] }))
}

describe('a block that is anticipated', () => {
  it.each(files)('gives what it gives otherwise: all of %s', async (file) => {
    const recording = await readRecording(path.join(folder, file))
    const { chain, open } = await openHeld(recording)
    for (const { input, root, next } of pairsOf(recording)) {
      expect(toHex((await chain.finalizeBlock(input)).appHash)).toBe(root)
      const committed = chain.commit()
      if (next !== undefined) chain.anticipate(next)
      await new Promise((resolve) => setImmediate(resolve))
      open()
      await committed
    }
  })

  it('is not executed again when its turn comes', async () => {
    const recording = await readRecording(path.join(folder, files[0]!))
    const { chain, open, settled, forbidReading } = await openHeld(recording)
    for (const { input, root, next } of pairsOf(recording).slice(0, 8)) {
      const { appHash } = await chain.finalizeBlock(input)
      expect(toHex(appHash)).toBe(root)
      forbidReading(false)
      const committed = chain.commit()
      if (next !== undefined) chain.anticipate(next)
      await settled()
      open()
      await committed
      forbidReading(true)
    }
  })

  it('is executed from the beginning when another one takes its place, or what it needs was not to be had', async () => {
    const recording = await readRecording(path.join(folder, files[0]!))
    const { chain, open, settled, forbidReading } = await openHeld(recording)
    for (const [index, { input, root, next }] of pairsOf(recording).slice(0, 12).entries()) {
      expect(toHex((await chain.finalizeBlock(input)).appHash)).toBe(root)
      const committed = chain.commit()
      if (next !== undefined) {
        forbidReading(index % 3 === 0)
        chain.anticipate(index % 3 === 1 ? otherWork(next) : next)
        await settled()
        forbidReading(false)
      }
      open()
      await committed
    }
  })

  it('is dropped when the block before it is finalised differently', async () => {
    const recording = await readRecording(path.join(folder, files[0]!))
    const { chain, open, settled } = await openHeld(recording)
    for (const { input, root, next } of pairsOf(recording).slice(0, 12)) {
      await chain.finalizeBlock(otherWork(input))
      if (next !== undefined) chain.anticipate(next)
      await settled()
      expect(toHex((await chain.finalizeBlock(input)).appHash)).toBe(root)
      open()
      await chain.commit()
    }
  })
})

it('a transaction of a block that is not committed yet is proposed no second time', async () => {
  const recording = await readRecording(path.join(folder, files[0]!))
  const { chain, open } = await openHeld(recording)
  let proposed = 0
  for (const { input } of pairsOf(recording)) {
    await chain.finalizeBlock(input)
    const question = { height: input.height + 1n, time: input.time, maximumBytes: 8_000_000 }
    const again = await chain.prepareProposal({ ...question, candidates: input.transactions })
    open()
    await chain.commit()
    // What used up no id may be sent again, and is then judged again.
    expect(again).toEqual(await chain.prepareProposal({ ...question, candidates: input.transactions }))
    proposed += input.transactions.length - again.length
  }
  expect(proposed).toBeGreaterThan(10)
})

describe('the state after a block that is not committed yet', () => {
  const key = fc.integer({ min: 0, max: 40 }).map((number) => Uint8Array.of(number))
  const rows = fc.dictionary(fc.integer({ min: 0, max: 40 }).map(hexOf), fc.uint8Array({ minLength: 1, maxLength: 2 }))
  const changes = fc.dictionary(
    fc.integer({ min: 0, max: 40 }).map(hexOf),
    fc.option(fc.uint8Array({ minLength: 1, maxLength: 2 })),
  )

  it('has the rows of any range as if it were committed, before and after it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        changes,
        key,
        key,
        fc.integer({ min: 1, max: 45 }),
        async (stored, changed, from, until, limit) => {
          const late = new Map([...Object.entries(stored), ...Object.entries(changed)])
          for (const [id, value] of late) if (value === null) late.delete(id)
          const expected = scanned(late, from, until, limit)
          const records = Object.entries(changed).map(([id, after]) => ({
            id,
            tree: 'records' as const,
            key: fromHex(id),
            before: stored[id] ?? null,
            after,
          }))
          for (const below of [new Map(Object.entries(stored)), late]) {
            const { rows: state } = stateAfter(
              { executed: { records, indexes: [], executed: [] }, write: { pages: [] } },
              stateOver(below),
            )
            expect(await state.scan(from, until, limit)).toEqual(expected)
            const all = Array.from({ length: 41 }, (_, number) => Uint8Array.of(number))
            expect(
              new Map([...(await state.fetch('records', new Map(all.map((each) => [toHex(each), each]))))].sort()),
            ).toEqual(new Map([...late].sort()))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

type Rows = ReadonlyMap<string, Uint8Array | null>

function stateOver(rows: Rows): Parameters<typeof stateAfter>[1] {
  const read = async (keys: readonly Uint8Array[]) =>
    new Map(
      keys.flatMap((wanted) => {
        const value = rows.get(toHex(wanted))
        return value === undefined || value === null ? [] : [[toHex(wanted), value] as const]
      }),
    )
  return {
    rows: {
      fetch: (_table, keys) => read([...keys.values()]),
      scan: async (from, until, limit) => scanned(rows, from, until, limit),
      executedAmong: async () => new Set(),
    },
    pages: read,
  }
}

function scanned(rows: Rows, from: Uint8Array, until: Uint8Array, limit: number) {
  return [...rows]
    .flatMap(([id, value]) => (value === null ? [] : [{ key: fromHex(id), value }]))
    .filter(({ key }) => compareBytes(key, from) >= 0 && compareBytes(key, until) < 0)
    .sort((a, b) => compareBytes(a.key, b.key))
    .slice(0, limit)
}

function hexOf(number: number): string {
  return toHex(Uint8Array.of(number))
}

/** The same place in the chain, other work. */
function otherWork(input: BlockInput): BlockInput {
  return { ...input, transactions: input.transactions.slice(1).toReversed() }
}
