/** Rules that fail otherwise than by a refusal: which of it becomes a result, and which stops the node. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Misbehaviour } from '../../src/engine/index.ts'
import { transactionError } from '../../src/host/index.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, bareChain, bareGenesis } from './bare-chain.ts'
import { type Plan, plan, probeProtocols, type Step } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const fault = transactionError.numberOf('fault')
const tooMuch = transactionError.numberOf('too-much-written')
let bare: BareChain
beforeEach(async () => {
  bare = await bareChain({ genesis, protocols: probeProtocols() })
})

const one = (item: Plan) => bare.sign([['probe', 'one', item]], [vendor.signer])
const many = (...items: readonly Plan[]) => bare.sign([['probe', 'many', items]], [vendor.signer])
const put = (id: string, size = 0): Step => ({ act: 'put', id, size })

describe('a rule that throws a TypeError', () => {
  it('refuses its transaction, is reported, and the chain goes on', async () => {
    const before = bare.state()
    const { results } = await bare.block([await one(plan([put('a')], 'type-error')), await one(plan([put('b')]))])
    expect(results).toEqual([
      { code: fault, operations: [] },
      { code: 0, operations: [{}] },
    ])
    expect(bare.faults).toEqual([expect.objectContaining({ message: 'a defect of the probe' })])
    expect(bare.state()).not.toBe(before)
  })

  it('refuses only its item in a batch', async () => {
    const { results } = await bare.block([
      await many(plan([put('a')]), plan([put('b')], 'type-error'), plan([put('c')])),
    ])
    expect(results[0]).toEqual({ code: 0, operations: [{ verdicts: [0, fault, 0] }] })
    expect(bare.faults).toHaveLength(1)
  })

  it.each([
    ['in `prepare` of a single', 'one', { prepare: 'type-error' }],
    ['in `prepare` of an item', 'many', { prepare: 'type-error' }],
    ['in `reads` of a single', 'one', { reads: 'type-error' }],
    ['in `reads` of an item', 'many', { reads: 'type-error' }],
  ] as const)('%s is no other', async (_, type, more) => {
    const before = bare.state()
    const bad = plan([put('a')], 'done', more)
    const bytes = await bare.sign([['probe', type, type === 'one' ? bad : [bad]]], [vendor.signer])
    const { results } = await bare.block([bytes, await one(plan([], 'unchanged'))])
    expect([results[0]!.code, results[0]!.operations[0]?.verdicts?.[0]]).toContain(fault)
    expect(results[1]!.code).toBe(0)
    expect(bare.state()).toBe(before)
    expect(bare.faults.length).toBeGreaterThan(0)
  })

  it('at admission is an answer too', async () => {
    const bytes = await one(plan([], 'done', { prepare: 'type-error' }))
    expect(await bare.chain.admit(bytes, 'peer')).toMatchObject({
      accepted: false,
      refusal: { code: 'transaction.fault' },
    })
  })

  it.each<[string, Step]>([
    ['writes into another module', { act: 'foreign', id: 'a' }],
    ['writes a value that no proof could carry', put('large', 32 * 1024)],
    ['keeps bytes that are a copy', { act: 'keep', bytes: new Uint8Array(9), size: 1 }],
    ['schedules before the beginning of time', { act: 'schedule', id: 'a', at: 0n, bytes: new Uint8Array(40_000) }],
    [
      'schedules under a key that is too long',
      { act: 'schedule', id: 'k'.repeat(40), at: 1n, bytes: new Uint8Array(40_000) },
    ],
    ['emits an event larger than what an archive takes', { act: 'emit', id: 'a', size: 66_000 }],
  ])('because it %s', async (_, step) => {
    const before = bare.state()
    const { results, events } = await bare.block([await one(plan([put('a'), step])), await one(plan([], 'unchanged'))])
    expect(results.map(({ code }) => code)).toEqual([fault, 0])
    expect(events).toEqual([])
    expect(bare.state()).toBe(before)
    expect(bare.faults).toHaveLength(1)
  })
})

describe('what may differ between machines', () => {
  it.each(['range-error', 'error', 'surprise'] as const)(
    'stops the node instead of becoming a result: %s',
    async (end) => {
      const head = bare.chain.head!
      await expect(bare.block([await one(plan([put('a')], end))])).rejects.toThrow()
      await expect(bare.block([await many(plan([put('a')], end))])).rejects.toThrow()
      expect(bare.chain.head).toEqual(head)
      expect(bare.faults).toEqual([])
      expect((await bare.block([await one(plan([put('a')]))])).results[0]!.code).toBe(0)
    },
  )

  it('also in `prepare`', async () => {
    await expect(bare.block([await one(plan([], 'done', { prepare: 'range-error' }))])).rejects.toThrow(RangeError)
  })
})

describe('a transaction that writes too much', () => {
  /** Writes of a little more than a million bytes each time, over and over in one place. */
  const fill = (millions: number) => Array.from({ length: 34 * millions }, () => put('k', 30_000))

  it('is refused, and what it wrote undone; a little less is done', async () => {
    const before = bare.state()
    expect((await bare.block([await one(plan(fill(9)))])).results).toEqual([{ code: tooMuch, operations: [] }])
    expect(bare.state()).toBe(before)
    expect((await bare.block([await one(plan(fill(7)))])).results[0]!.code).toBe(0)
  })

  it('is metered over all its operations and items, refused ones included', async () => {
    const items = [plan(fill(4), 'refuse'), plan(fill(4), 'refuse'), plan(fill(1)), plan([], 'unchanged')]
    const { results } = await bare.block([await many(...items)])
    expect(results[0]!.operations).toEqual([{ verdicts: [9001, 9001, tooMuch, 1] }])
  })

  it('takes nothing from the next transaction', async () => {
    const { results } = await bare.block([await one(plan(fill(9))), await one(plan(fill(7)))])
    expect(results.map(({ code }) => code)).toEqual([tooMuch, 0])
  })
})

describe('evidence against a validator', () => {
  const evidence: Misbehaviour = {
    kind: 'duplicate-vote',
    validator: new Uint8Array(20),
    power: 1n,
    height: 1n,
    time: { seconds: 1_800_000_000n, nanos: 0 },
    totalPower: 1n,
  }

  it('reaches modules, and one that fails over it is undone and reported while the chain goes on', async () => {
    const heard: unknown[] = []
    const protocols = probeProtocols(true, (_, { kind, height }) => {
      heard.push([kind, height])
      throw new TypeError('a defect of the probe')
    })
    bare = await bareChain({ genesis, protocols })
    const before = bare.state()
    await bare.block([], [evidence])
    expect(heard).toEqual([['duplicate-vote', 1n]])
    expect(bare.faults).toHaveLength(1)
    expect(bare.state()).toBe(before)
  })
})
