/** Random programs: the host does what a naive model does, and it does not matter what was declared or in memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAs, utf8 } from '../../src/codec/index.ts'
import { dueWork, dueWorkFailed } from '../../src/host/index.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, type Block, bareChain, bareGenesis, type NamedOperation, recordKeys } from './bare-chain.ts'
import { Model, type ModelTransaction } from './model.ts'
import { noted, type Plan, plan, probeProtocols, type Step, scheduledPlan, things } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const [declaring, silent] = [probeProtocols(true), probeProtocols(false)]

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const slot = fc.option(fc.constantFrom('s', 't', 'u'), { nil: undefined })
const group = fc.option(fc.constantFrom('g', 'h'), { nil: undefined })
const end = fc.constantFrom<Plan['end']>('done', 'done', 'done', 'unchanged', 'refuse', 'type-error')
const put = fc
  .record({ id, slot, group, size: fc.nat({ max: 3 }) })
  .map((fields): Step => ({ act: 'put', ...present(fields) }))
const plain = fc.oneof(
  { weight: 5, arbitrary: put },
  id.map((key): Step => ({ act: 'remove', id: key })),
  id.map((key): Step => ({ act: 'read', id: key })),
  id.map((key): Step => ({ act: 'emit', id: key })),
  fc.constantFrom('s', 't', 'u').map((key): Step => ({ act: 'by', slot: key })),
)
/** Milliseconds after the start: some blocks from now, or already past. */
const at = fc.nat({ max: 6 }).map((seconds) => genesis.time + 1000n * BigInt(seconds))
const handler = fc.constantFrom('tick' as const, 'tock' as const)
const cancel = fc.record({ handler, id }).map((fields): Step => ({ act: 'cancel', ...fields }))
const scheduling = (inner: fc.Arbitrary<Step>) =>
  fc
    .record({ at, handler, id, steps: fc.array(inner, { maxLength: 3 }), end })
    .map(({ steps, end: ending, ...rest }): Step => ({ act: 'schedule', ...rest, bytes: scheduledPlan(steps, ending) }))
const inner = fc.oneof(plain, cancel, scheduling(plain))
const step = fc.oneof({ weight: 4, arbitrary: plain }, cancel, scheduling(inner))
const program = fc
  .record({ steps: fc.array(step, { maxLength: 4 }), end })
  .map(({ steps, end: ending }) => plan(steps, ending))
const operation = fc.oneof(
  program.map((one) => ({ form: 'single' as const, plan: one })),
  fc.array(program, { minLength: 1, maxLength: 4 }).map((plans) => ({ form: 'batch' as const, plans })),
)
const transaction = fc.array(operation, { minLength: 1, maxLength: 2 })
const history = fc.array(fc.array(transaction, { maxLength: 3 }), { minLength: 1, maxLength: 6 })

const named = (operations: ModelTransaction): NamedOperation[] =>
  operations.map((one) => (one.form === 'single' ? ['probe', 'one', one.plan] : ['probe', 'many', one.plans]))

describe('random programs', () => {
  it('do to the state, the queue, the events and the results what the model does', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (blocks) => {
        const bare = await bareChain({ genesis, protocols: declaring })
        const model = new Model()
        for (const transactions of blocks) {
          const { time } = bare
          const bytes = transactions.map((one) => bare.sign(named(one), [vendor.signer]))
          const block = await bare.block(await Promise.all(bytes))
          expect(block.results).toEqual(model.block(time, transactions))
          await expectSame(bare, block, model)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('give the same roots, results and events on a node that was told all reads and on one that was told none', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (blocks) => {
        const [told, untold] = [
          await bareChain({ genesis, protocols: declaring }),
          await bareChain({ genesis, protocols: silent }),
        ]
        for (const transactions of blocks) {
          const bytes = await Promise.all(transactions.map((one) => told.sign(named(one), [vendor.signer])))
          expect(await untold.block(bytes)).toEqual(await told.block(bytes))
        }
        expect(untold.state()).toBe(told.state())
      }),
      { numRuns: 30 },
    )
  })
})

async function expectSame(bare: BareChain, block: Block, model: Model): Promise<void> {
  const { state } = model
  const view = await bare.chain.view('head')
  const stored = recordKeys(bare, 'probe', 'things').map((key) => new TextDecoder().decode(key))
  expect(stored).toEqual([...state.things.keys()].sort())
  for (const [key, { slot: own, group: ofGroup, size }] of state.things) {
    const expected = { id: key, padding: new Uint8Array(size), ...present({ slot: own, group: ofGroup }) }
    expect(await view.get(things, utf8(key))).toEqual(expected)
    if (own !== undefined) expect(await view.by(things, 'slot', utf8(own))).toMatchObject({ id: key })
  }
  const slots = [...state.things.values()].filter(({ slot: own }) => own !== undefined)
  expect(bare.store.rows('indexes').size).toBe(slots.length + state.work.size)
  for (const word of ['g', 'h']) {
    expect(await view.count(things, 'group', utf8(word))).toBe(model.groups().get(word) ?? 0n)
  }
  const queue = await Promise.all(recordKeys(bare, 'kernel', 'due-work').map((key) => view.get(dueWork, key)))
  const waiting = queue.map((work) => `${work?.at} ${work?.handler} ${new TextDecoder().decode(work?.key)}`)
  expect(waiting.sort()).toEqual([...state.work.values()].map((work) => `${work.at} ${work.handler} ${work.id}`).sort())
  expect(notesOf(block)).toEqual(state.notes)
  expect(failuresOf(block)).toEqual(state.failures)
}

function notesOf({ events }: Block): readonly string[] {
  return events.filter(({ name }) => name === noted.name).map(({ body }) => decodeAs(noted.body, body).text)
}

function failuresOf({ events }: Block): readonly string[] {
  const failures = events.filter(({ name }) => name === dueWorkFailed.name)
  return failures.map(({ body }) => {
    const { handler: word, key, code } = decodeAs(dueWorkFailed.body, body)
    return `${word} ${new TextDecoder().decode(key)} ${code}`
  })
}

function present<Fields extends object>(fields: Fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>
  }
}
