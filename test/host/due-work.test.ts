/** Work that the chain does by itself: when, in which order, how much of it, and what happens when it fails. */
import { beforeEach, describe, expect, it } from 'vitest'
import { decodeAs, utf8 } from '../../src/codec/index.ts'
import { dueWork, dueWorkFailed, transactionError } from '../../src/host/index.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, type Block, bareChain, bareGenesis, recordKeys } from './bare-chain.ts'
import { noted, type Plan, plan, probeError, probeProtocols, type Step, scheduledPlan, things } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const protocols = probeProtocols()
let bare: BareChain
beforeEach(async () => {
  bare = await bareChain({ genesis, protocols })
})

const nothing = scheduledPlan([])
const schedule = (id: string, at: bigint, more: Partial<Step> = {}): Step => ({
  act: 'schedule',
  id,
  at,
  bytes: nothing,
  ...more,
})
const block = async (...plans: readonly Plan[]) =>
  bare.block(await Promise.all(plans.map((item) => bare.sign([['probe', 'one', item]], [vendor.signer]))))
const waiting = () => recordKeys(bare, 'kernel', 'due-work').length
const texts = ({ events }: Block) =>
  events.filter(({ name }) => name === noted.name).map(({ body }) => decodeAs(noted.body, body).text)
const failures = ({ events }: Block) =>
  events
    .filter(({ name }) => name === dueWorkFailed.name)
    .map(({ body }) => decodeAs(dueWorkFailed.body, body))
    .map(({ handler, key, code }) => [handler, new TextDecoder().decode(key), Number(code)])
const exists = async (id: string) => (await (await bare.chain.view('head')).get(things, utf8(id))) !== undefined

describe('due work', () => {
  it('runs in the first block at or after its time, before the transactions, and once', async () => {
    const at = bare.time + 1500n
    const work = scheduledPlan([{ act: 'put', id: 'made' }])
    await block(plan([schedule('a', at, { bytes: work })]))
    expect(texts(await block())).toEqual([])
    const third = await block(
      plan([
        { act: 'read', id: 'made' },
        { act: 'emit', id: 'transaction' },
      ]),
    )
    expect(texts(third)).toEqual(['tick a', 'transaction'])
    expect(third.events[0]).toMatchObject({ transaction: 0, module: 'probe' })
    expect(await exists('made')).toBe(true)
    expect(texts(await block())).toEqual([])
    expect(waiting()).toBe(0)
  })

  it('is due in a block of exactly its time, and not one millisecond earlier', async () => {
    await block(plan([schedule('exact', bare.time + 1000n), schedule('later', bare.time + 1001n)]))
    expect(texts(await block())).toEqual(['tick exact'])
    expect(texts(await block())).toEqual(['tick later'])
  })

  it('whose time is past already waits for the next block', async () => {
    expect(texts(await block(plan([schedule('past', 0n)])))).toEqual([])
    expect(texts(await block())).toEqual(['tick past'])
  })

  it('runs in the order of time, handler, key, whatever the order of scheduling', async () => {
    const steps = [
      schedule('b', 3n),
      schedule('b', 2n, { handler: 'tock' }),
      schedule('z', 1n, { handler: 'tock' }),
      schedule('c', 2n),
      schedule('aa', 2n),
      schedule('a', 2n),
    ]
    await block(plan([steps[3]!, steps[0]!]), plan([steps[5]!, steps[1]!]), plan([steps[4]!, steps[2]!]))
    expect(texts(await block())).toEqual(['tock z', 'tick a', 'tick aa', 'tick c', 'tock b', 'tick b'])
  })

  it('of later items sees what earlier ones did', async () => {
    const put = scheduledPlan([{ act: 'put', id: 'x', slot: 's' }])
    const look = scheduledPlan([{ act: 'by', slot: 's' }])
    await block(plan([schedule('a', 1n, { bytes: put }), schedule('b', 2n, { bytes: look })]))
    expect(texts(await block())).toEqual(['tick a', 'tick b', 'x'])
  })

  it('beyond 256 in one block is carried over in order, visibly, before what was due later', async () => {
    const at = bare.time + 50_000n
    const name = (index: number) => String(index).padStart(3, '0')
    const steps = Array.from({ length: 600 }, (_, index) => schedule(name(index), at))
    const plans = Array.from({ length: 60 }, (_, index) => plan(steps.slice(10 * index, 10 * index + 10)))
    const { results } = await block(...plans, plan([schedule('later', at + 1n)]))
    expect(results.every(({ code }) => code === 0)).toBe(true)
    bare.time = at
    const ran = [texts(await block()), texts(await block()), texts(await block())]
    expect(ran.map(({ length }) => length)).toEqual([256, 256, 89])
    expect(ran.flat()).toEqual([...steps.map(({ id }) => `tick ${id}`), 'tick later'])
    expect(waiting()).toBe(0)
  })
})

describe('scheduling the same handler and key again', () => {
  it('moves the work: later, earlier, and with another payload', async () => {
    const far = bare.time + 1_000_000n
    await block(plan([schedule('a', 1n), schedule('b', far), schedule('c', far)]))
    const moved = plan([schedule('b', 1n, { bytes: scheduledPlan([{ act: 'emit', id: 'other' }]) })])
    expect(texts(await block(moved))).toEqual(['tick a'])
    expect(texts(await block(plan([schedule('c', far + 1n)])))).toEqual(['tick b', 'other'])
    expect(waiting()).toBe(1)
    bare.time = far
    expect(texts(await block())).toEqual([])
    bare.time = far + 1n
    expect(texts(await block())).toEqual(['tick c'])
  })

  it('is told from the same key of another handler', async () => {
    await block(plan([schedule('a', 1n), schedule('a', 2n, { handler: 'tock' })]))
    expect(waiting()).toBe(2)
    expect(texts(await block())).toEqual(['tick a', 'tock a'])
  })

  it('from within the work itself makes it regular', async () => {
    const again = scheduledPlan([schedule('a', 1n, { bytes: nothing })])
    await block(plan([schedule('a', 1n, { bytes: again })]))
    expect(texts(await block())).toEqual(['tick a'])
    expect(texts(await block())).toEqual(['tick a'])
    expect(waiting()).toBe(0)
  })
})

describe('work that is cancelled', () => {
  it('never runs; cancelling nothing is no error', async () => {
    const { results } = await block(
      plan([schedule('a', 1n), { act: 'cancel', id: 'a' }, { act: 'cancel', id: 'unknown' }]),
    )
    expect(results[0]!.code).toBe(0)
    expect(waiting()).toBe(0)
    expect(texts(await block())).toEqual([])
  })

  it('is not cancelled by a transaction that is refused', async () => {
    await block(plan([schedule('a', bare.time + 1500n)]))
    await block(plan([{ act: 'cancel', id: 'a' }], 'refuse'))
    expect(texts(await block())).toEqual(['tick a'])
  })

  it('by other work of the same block does not run in it any more', async () => {
    const cancel = scheduledPlan([{ act: 'cancel', id: 'b' }])
    await block(plan([schedule('a', 1n, { bytes: cancel }), schedule('b', 2n)]))
    expect(texts(await block())).toEqual(['tick a'])
    expect(waiting()).toBe(0)
    expect(texts(await block())).toEqual([])
  })

  it('or moved by other work of the same block runs at its new time only', async () => {
    const at = bare.time + 5000n
    const move = scheduledPlan([schedule('b', at)])
    await block(plan([schedule('a', 1n, { bytes: move }), schedule('b', 2n)]))
    expect(texts(await block())).toEqual(['tick a'])
    bare.time = at
    expect(texts(await block())).toEqual(['tick b'])
  })
})

describe('work that fails', () => {
  it('because it keeps bytes, for which there is no transaction, is dropped like any other', async () => {
    await block(plan([schedule('a', 1n, { bytes: scheduledPlan([{ act: 'keep', bytes: utf8('x') }]) })]))
    expect(failures(await block())).toEqual([['tick', 'a', transactionError.numberOf('fault')]])
  })

  it.each([
    ['is refused by a rule', 'refuse', probeError.numberOf('refused'), 0],
    ['has a defect', 'type-error', transactionError.numberOf('fault'), 1],
  ] as const)(
    'because it %s is undone, leaves an event, is dropped, and its neighbours run',
    async (_, end, code, faults) => {
      const failing = scheduledPlan([{ act: 'put', id: 'lost', slot: 's', group: 'g' }, schedule('more', 1n)], end)
      await block(plan([schedule('a', 1n), schedule('b', 2n, { bytes: failing }), schedule('c', 3n)]))
      const ran = await block()
      expect(texts(ran)).toEqual(['tick a', 'tick c'])
      expect(failures(ran)).toEqual([['tick', 'b', code]])
      expect(bare.faults).toHaveLength(faults)
      expect(await exists('lost')).toBe(false)
      expect(waiting()).toBe(0)
      expect(failures(await block())).toEqual([])
    },
  )

  it('because it writes too much does not stop the chain', async () => {
    const fill: Step[] = Array.from({ length: 300 }, () => ({ act: 'put', id: 'k', size: 30_000 }))
    await block(plan([schedule('a', 1n, { bytes: scheduledPlan(fill) })]))
    expect(failures(await block())).toEqual([['tick', 'a', transactionError.numberOf('too-much-written')]])
  })

  it('because its payload is not its schema is dropped like any other', async () => {
    await block(plan([schedule('a', 1n, { bytes: Uint8Array.of(0xff) })]))
    const [failure] = failures(await block())
    expect(failure?.slice(0, 2)).toEqual(['tick', 'a'])
    expect(waiting()).toBe(0)
  })

  it.each(['range-error', 'surprise'] as const)('on this machine only stops the node: %s', async (end) => {
    await block(plan([schedule('a', 1n, { bytes: scheduledPlan([], end) })]))
    const head = bare.chain.head!
    await expect(block()).rejects.toThrow()
    expect(bare.chain.head).toEqual(head)
  })
})

it('shows waiting work in the state, where readers find it', async () => {
  await block(plan([schedule('a', 2_000_000_000_000n)]))
  const view = await bare.chain.view('head')
  const [key] = recordKeys(bare, 'kernel', 'due-work')
  expect(await view.get(dueWork, key!)).toMatchObject({ at: 2_000_000_000_000n, module: 'probe', handler: 'tick' })
})
