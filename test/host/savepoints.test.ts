/** What a refusal undoes: records, unique keys, counters, events, kept bytes, due work. */
import { beforeEach, describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, bareChain, bareGenesis, recordKeys } from './bare-chain.ts'
import { type Plan, plan, probeError, probeProtocols, type Step, scheduledPlan, things } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const protocols = probeProtocols()
let bare: BareChain
beforeEach(async () => {
  bare = await bareChain({ genesis, protocols })
})

const many = (...items: readonly Plan[]) => ['probe', 'many', items] as const
const one = (item: Plan) => ['probe', 'one', item] as const
const run = (...operations: Parameters<BareChain['run']>[0]) => bare.run(operations, [vendor.signer])
const ids = () => recordKeys(bare, 'probe', 'things').map((key) => new TextDecoder().decode(key))
const view = () => bare.chain.view('head')
const count = async (group: string) => (await view()).count(things, 'group', utf8(group))
const [done, unchanged] = [0, 1]
const [taken, refused] = [probeError.numberOf('taken'), probeError.numberOf('refused')]

/** A step of each kind that leaves something behind. */
const bytes = utf8('bytes of this transaction')
const everything: readonly Step[] = [
  { act: 'put', id: 'x', slot: 's', group: 'g' },
  { act: 'emit', id: 'x' },
  { act: 'keep', bytes },
  { act: 'schedule', id: 'x', at: 1_900_000_000_000n, bytes: scheduledPlan([]) },
]

describe('a batch', () => {
  it('leaves of a refused item no record, unique key, counter, event, kept bytes nor due work', async () => {
    const before = bare.state()
    const { results, events } = await bare.block([await bare.sign([many(plan(everything, 'refuse'))], [vendor.signer])])
    expect(results).toEqual([{ code: 0, operations: [{ verdicts: [refused] }] }])
    expect(events).toEqual([])
    expect(bare.state()).toBe(before)
    expect(await bare.store.blob(sha256(bytes))).toBeUndefined()
    expect(recordKeys(bare, 'kernel', 'due-work')).toEqual([])
  })

  it('keeps all of that of an item that is done, beside refused ones', async () => {
    const items = [plan(everything, 'refuse'), plan(everything), plan(everything, 'refuse')]
    const { results, events } = await bare.block([await bare.sign([many(...items)], [vendor.signer])])
    expect(results[0]!.operations).toEqual([{ verdicts: [refused, done, refused] }])
    expect(events.map(({ transaction, operation, item, name }) => [transaction, operation, item, name])).toEqual([
      [1, 0, 1, 'noted'],
    ])
    expect(await count('g')).toBe(1n)
    expect(toHex((await bare.store.blob(sha256(bytes)))!)).toBe(toHex(bytes))
    expect(recordKeys(bare, 'kernel', 'due-work')).toHaveLength(1)
    expect(await (await view()).by(things, 'slot', utf8('s'))).toMatchObject({ id: 'x' })
  })

  it('lets later items see what earlier ones did, unique keys included', async () => {
    const put = (id: string, slot?: string) => plan([{ act: 'put', id, ...(slot === undefined ? {} : { slot }) }])
    const free = plan([{ act: 'remove', id: 'a' }])
    const result = await run(many(put('a', 's'), put('b', 's'), free, put('b', 's'), put('c', 's'), put('a')))
    expect(result.operations).toEqual([{ verdicts: [done, taken, done, done, taken, done] }])
    expect(ids()).toEqual(['a', 'b'])
  })

  it('gives "unchanged" its own verdict', async () => {
    expect((await run(many(plan([], 'unchanged')))).operations).toEqual([{ verdicts: [unchanged] }])
  })

  it('refuses an item that prepare refuses, and only that', async () => {
    const items = [
      plan([{ act: 'put', id: 'a' }]),
      plan([], 'done', { prepare: 'refuse' }),
      plan([{ act: 'put', id: 'b' }]),
    ]
    expect((await run(many(...items))).operations).toEqual([{ verdicts: [done, refused, done] }])
    expect(ids()).toEqual(['a', 'b'])
  })
})

describe('a transaction', () => {
  it('is undone whole when its last operation is refused', async () => {
    const before = bare.state()
    const operations = [one(plan(everything)), many(plan([{ act: 'put', id: 'y' }])), one(plan([], 'refuse'))]
    const { results, events } = await bare.block([await bare.sign(operations, [vendor.signer])])
    expect(results).toEqual([{ code: refused, operations: [] }])
    expect(events).toEqual([])
    expect(bare.state()).toBe(before)
  })

  it('sees what earlier transactions of its block did, and not what refused ones did', async () => {
    const sign = (item: Plan) => bare.sign([one(item)], [vendor.signer])
    const put = (id: string) => plan([{ act: 'put', id, slot: 's' }])
    const transactions = [
      await sign(plan([{ act: 'put', id: 'a', slot: 's' }], 'refuse')),
      await sign(put('b')),
      await sign(put('c')),
    ]
    const { results } = await bare.block(transactions)
    expect(results.map(({ code }) => code)).toEqual([refused, done, taken])
    expect(ids()).toEqual(['b'])
  })

  it('takes back a removal, and puts unique keys and counters where they were', async () => {
    await run(one(plan([{ act: 'put', id: 'a', slot: 's', group: 'g' }])))
    const before = bare.state()
    const steps: Step[] = [
      { act: 'remove', id: 'a' },
      { act: 'put', id: 'b', slot: 's', group: 'h' },
    ]
    expect((await run(one(plan(steps, 'refuse')))).code).toBe(refused)
    expect(bare.state()).toBe(before)
    expect(await count('g')).toBe(1n)
    expect(await count('h')).toBe(0n)
  })
})

describe('a unique key', () => {
  it('moves with its record, is freed by a removal, and the old one serves another', async () => {
    await run(one(plan([{ act: 'put', id: 'a', slot: 's' }])))
    expect((await run(one(plan([{ act: 'put', id: 'a', slot: 't' }])))).code).toBe(done)
    expect((await run(one(plan([{ act: 'put', id: 'b', slot: 't' }])))).code).toBe(taken)
    expect((await run(one(plan([{ act: 'put', id: 'b', slot: 's' }])))).code).toBe(done)
    expect((await run(one(plan([{ act: 'put', id: 'a' }])))).code).toBe(done)
    expect((await run(one(plan([{ act: 'put', id: 'c', slot: 't' }])))).code).toBe(done)
    const state = await view()
    expect(await state.by(things, 'slot', utf8('s'))).toMatchObject({ id: 'b' })
    expect(await state.by(things, 'slot', utf8('t'))).toMatchObject({ id: 'c' })
    expect([...bare.store.rows('indexes')]).toHaveLength(2)
  })

  it("is not another record's to take by a swap in one item", async () => {
    await run(
      one(
        plan([
          { act: 'put', id: 'a', slot: 's' },
          { act: 'put', id: 'b', slot: 't' },
        ]),
      ),
    )
    const before = bare.state()
    const swap: Step[] = [
      { act: 'put', id: 'a', slot: 't' },
      { act: 'put', id: 'b', slot: 's' },
    ]
    expect((await run(one(plan(swap)))).code).toBe(taken)
    expect(bare.state()).toBe(before)
  })

  it('stays when a record is written again with the same one', async () => {
    await run(one(plan([{ act: 'put', id: 'a', slot: 's' }])))
    expect((await run(one(plan([{ act: 'put', id: 'a', slot: 's', size: 9 }])))).code).toBe(done)
    expect(await (await view()).by(things, 'slot', utf8('s'))).toMatchObject({ padding: new Uint8Array(9) })
  })
})

describe('counters', () => {
  it('follow records from group to group, and a group of none has no leaf', async () => {
    const put = (id: string, group: string): Step => ({ act: 'put', id, group })
    await run(one(plan([put('a', 'g'), put('b', 'g'), put('c', 'h')])))
    expect([await count('g'), await count('h')]).toEqual([2n, 1n])
    const rows = bare.store.rows('records').size
    await run(one(plan([put('a', 'h'), put('b', 'h'), { act: 'remove', id: 'c' }])))
    expect([await count('g'), await count('h')]).toEqual([0n, 2n])
    expect(bare.store.rows('records').size).toBe(rows - 1)
  })
})

it('a block that leaves everything as it was leaves the root, too, but for the leaf of ids', async () => {
  await run(one(plan([{ act: 'put', id: 'a', slot: 's', group: 'g' }])))
  const before = bare.state()
  const steps: Step[] = [
    { act: 'remove', id: 'a' },
    { act: 'put', id: 'a', slot: 's', group: 'g' },
  ]
  expect((await run(one(plan(steps)))).code).toBe(done)
  expect(bare.state()).toBe(before)
  const { root } = bare.chain.head!
  expect((await bare.block([])).root).toEqual(root)
})
