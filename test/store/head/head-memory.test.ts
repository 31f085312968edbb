/** What is answered from memory is what a database would have answered, whatever arrives late and whatever was in doubt. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareBytes, toHex } from '../../../src/codec/index.ts'
import { HeadMemory } from '../../../src/store/head/index.ts'

const keyOf = (number: number) => Uint8Array.of(7, number)
const key = fc.integer({ min: 0, max: 11 }).map(keyOf)
const value = fc.option(fc.uint8Array({ minLength: 1, maxLength: 2 }), { nil: null })
const keys = fc.uniqueArray(key, { maxLength: 5, selector: toHex })
const changes = fc.uniqueArray(fc.record({ key, after: value }), {
  maxLength: 6,
  selector: (change) => toHex(change.key),
})
const scan = fc.record({
  from: key,
  until: fc.integer({ min: 0, max: 20 }).map(keyOf),
  limit: fc.integer({ min: 1, max: 5 }),
})
const question = fc.record({ keys, scan })
const late = fc.record({ question, readsFirst: fc.boolean(), arrivesFirst: fc.boolean() })
const step = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), question }),
  fc.record({ kind: fc.constant('write' as const), changes, late }),
  fc.record({ kind: fc.constant('doubt' as const), changes, late, isWritten: fc.boolean() }),
)

type Question = {
  readonly keys: readonly Uint8Array[]
  readonly scan: { from: Uint8Array; until: Uint8Array; limit: number }
}

class Database {
  readonly #rows = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>()

  write(list: readonly { readonly key: Uint8Array; readonly after: Uint8Array | null }[]): void {
    for (const { key: at, after } of list) {
      if (after === null) this.#rows.delete(toHex(at))
      else this.#rows.set(toHex(at), { key: at, value: after })
    }
  }

  read(wanted: readonly Uint8Array[]): Map<string, Uint8Array> {
    const found = wanted.map((at) => this.#rows.get(toHex(at))).filter((row) => row !== undefined)
    return new Map(found.map((row) => [toHex(row.key), row.value]))
  }

  scan(from: Uint8Array, until: Uint8Array, limit: number) {
    const after = (at: Uint8Array) => [...this.#rows.values()].filter((row) => compareBytes(row.key, at) >= 0)
    const rows = after(from).filter((row) => compareBytes(row.key, until) < 0)
    const order = (a: { key: Uint8Array }, b: { key: Uint8Array }) => compareBytes(a.key, b.key)
    return { rows: rows.sort(order).slice(0, limit), next: after(until).sort(order)[0]?.key }
  }
}

/** Asks through the memory; the answer is made before or after `pause`, and arrives after it. */
async function ask(
  memory: HeadMemory,
  database: Database,
  { keys: wanted, scan: range }: Question,
  pause?: Promise<unknown>,
  readsFirst = true,
) {
  const slowly = async <Answer>(answer: () => Answer): Promise<Answer> => {
    const early = answer()
    await pause
    return readsFirst ? early : answer()
  }
  const [found, rows] = await Promise.all([
    memory.records.read(wanted, (unknown) => slowly(() => database.read(unknown))),
    memory.ranges.scan(range.from, range.until, range.limit, (...all) => slowly(() => database.scan(...all))),
  ])
  return { found: new Map([...found].sort()), rows }
}

function expected(database: Database, { keys: wanted, scan: { from, until, limit } }: Question) {
  return { found: new Map([...database.read(wanted)].sort()), rows: database.scan(from, until, limit).rows }
}

it('the memory of the head answers as the database does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [memory, database] = [new HeadMemory(), new Database()]
      for (const current of steps) {
        if (current.kind === 'read') {
          expect(await ask(memory, database, current.question)).toEqual(expected(database, current.question))
          continue
        }
        const { question: asked, readsFirst, arrivesFirst } = current.late
        const { promise: pause, resolve } = Promise.withResolvers<void>()
        const underWay = ask(memory, database, asked, pause, readsFirst)
        if (current.kind === 'doubt') {
          memory.inDoubt()
          expect(await ask(memory, database, asked)).toEqual(expected(database, asked))
          if (current.isWritten) database.write(current.changes)
        } else {
          database.write(current.changes)
          if (arrivesFirst) {
            resolve()
            await underWay
          }
          memory.written({
            height: 1n,
            records: current.changes.map((change) => ({ ...change, before: null })),
            transactions: [],
          })
        }
        resolve()
        await underWay
        expect(await ask(memory, database, asked)).toEqual(expected(database, asked))
      }
    }),
    { numRuns: 400 },
  )
})

it('a place that was asked for in vain is known once its transaction is in a block', async () => {
  const memory = new HeadMemory()
  const questions: (readonly Uint8Array[])[] = []
  const place = (id: Uint8Array) =>
    memory.places.read([id], async (unknown) => {
      questions.push(unknown)
      return new Map()
    })
  expect(await place(keyOf(1))).toEqual(new Map())
  memory.written({ height: 5n, records: [], transactions: [{ id: keyOf(1), position: 2 }] })
  expect(await place(keyOf(1))).toEqual(new Map([[toHex(keyOf(1)), { height: 5n, position: 2 }]]))
  expect(questions).toEqual([[keyOf(1)]])
})

it('ranges that many rows come and go in are still whole', async () => {
  const [memory, database] = [new HeadMemory(), new Database()]
  let questions = 0
  const first = (limit: number) =>
    memory.ranges.scan(Uint8Array.of(0), Uint8Array.of(9), limit, async (...range) => {
      questions += 1
      return database.scan(...range)
    })
  for (let number = 0; number < 1_000; number++) {
    const added = { key: Uint8Array.of(1, number >> 8, number & 255), before: null, after: Uint8Array.of(1) }
    const old = number - 500
    const removed = { key: Uint8Array.of(1, old >> 8, old & 255), before: null, after: null }
    const records = old >= 0 ? [added, removed] : [added]
    database.write(records)
    memory.written({ height: BigInt(number), records, transactions: [] })
    expect(await first(64)).toEqual(database.scan(Uint8Array.of(0), Uint8Array.of(9), 64).rows)
  }
  expect(questions).toBeLessThan(20)
})
