/** Reads that nobody declared: how many are allowed, and that the count is the same on every node. */
import { describe, expect, it } from 'vitest'
import { decodeAs } from '../../src/codec/index.ts'
import { transactionError } from '../../src/host/index.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, bareChain, bareGenesis } from './bare-chain.ts'
import { noted, plan, probeProtocols, type Step } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const limit = 32
const tooMany = transactionError.numberOf('undeclared-reads')
const start = () => bareChain({ genesis, protocols: probeProtocols(false) })

const read = (count: number, prefix = 'k'): Step[] =>
  Array.from({ length: count }, (_, index) => ({ act: 'read', id: `${prefix}${index}` }))
const run = (bare: BareChain, steps: readonly Step[], declare = false) =>
  bare.run([['probe', 'one', plan(steps, 'done', { declare })]], [vendor.signer])

describe('an operation that reads what it did not declare', () => {
  it('is done at the limit, and refused one entry beyond it, with nothing changed', async () => {
    const bare = await start()
    expect((await run(bare, read(limit))).code).toBe(0)
    const before = bare.state()
    expect((await run(bare, [{ act: 'emit', id: 'x' }, ...read(limit + 1)])).code).toBe(tooMany)
    expect(bare.state()).toBe(before)
    expect(bare.faults).toEqual([])
  })

  it('is counted by entries: repetitions, absent ones and what it wrote itself are one each', async () => {
    const bare = await start()
    expect(
      (
        await run(
          bare,
          read(limit).map((step) => ({ ...step, size: 50 })),
        )
      ).code,
    ).toBe(0)
    expect((await run(bare, [...read(limit), ...read(limit)])).code).toBe(0)
    const write: Step[] = read(limit).map(({ id }) => ({ act: 'put', id: id! }))
    expect((await run(bare, [...write, ...read(limit)])).code).toBe(0)
    expect((await run(bare, [...write, ...read(limit + 1)])).code).toBe(tooMany)
  })

  it('is counted for entries of unique indexes too, apart from records', async () => {
    const bare = await start()
    const look: Step[] = Array.from({ length: limit - 1 }, (_, index) => ({ act: 'by', slot: `s${index}` }))
    expect((await run(bare, [...look, ...read(1)])).code).toBe(0)
    expect((await run(bare, [...look, ...read(2)])).code).toBe(tooMany)
  })

  it('may read as much as it declares', async () => {
    const bare = await start()
    expect((await run(bare, read(500), true)).code).toBe(0)
  })

  it('starts anew with each item of a batch', async () => {
    const bare = await start()
    const items = [plan(read(limit, 'a')), plan(read(limit + 1, 'b')), plan(read(limit, 'c'))]
    const { operations } = await bare.run([['probe', 'many', items]], [vendor.signer])
    expect(operations).toEqual([{ verdicts: [0, tooMany, 0] }])
  })
})

describe('the count', () => {
  it('does not depend on what is in memory: another transaction of the block declared and read the same entries', async () => {
    const bare = await start()
    const sign = (steps: readonly Step[], declare: boolean) =>
      bare.sign([['probe', 'one', plan(steps, 'done', { declare })]], [vendor.signer])
    const { results } = await bare.block([
      await sign(read(limit + 1), true),
      await sign(read(limit + 1), false),
      await sign(read(limit), false),
      await sign(read(limit + 1), true),
    ])
    expect(results.map(({ code }) => code)).toEqual([0, tooMany, 0, 0])
  })

  it('nor on how often the operation had to begin again', async () => {
    const [cold, warm] = [await start(), await start()]
    const steps = [...read(20), { act: 'put', id: 'written', size: 1000 } as const, ...read(limit - 1)]
    const declared = ['probe', 'one', plan(steps, 'done', { declare: true })] as const
    const undeclared = ['probe', 'one', plan(steps)] as const
    const [first, second] = [
      await cold.sign([undeclared], [vendor.signer]),
      await cold.sign([declared], [vendor.signer]),
    ]
    const coldBlock = await cold.block([first, second])
    const warmBlock = await warm.block([second, first])
    expect(coldBlock.results.map(({ code }) => code)).toEqual([0, 0])
    expect(warmBlock.results.map(({ code }) => code)).toEqual([0, 0])
    expect(warm.state()).toBe(cold.state())
  })

  it('and what it wrote before beginning again is not metered twice', async () => {
    const bare = await start()
    const write: Step[] = Array.from({ length: 250 }, () => ({ act: 'put', id: 'written', size: 30_000 }))
    expect((await run(bare, [...write, ...read(limit - 1)])).code).toBe(0)
  })

  it('nor can a rule that catches tell what is in memory', async () => {
    const bare = await start()
    await bare.run([['probe', 'one', plan([{ act: 'put', id: 'x' }])]], [vendor.signer])
    const look = (declare: boolean) =>
      bare.sign([['probe', 'one', plan([{ act: 'read-caught', id: 'x' }], 'done', { declare })]], [vendor.signer])
    const [cold, warm] = [await bare.block([await look(false)]), await bare.block([await look(true)])]
    const texts = [cold, warm].map(({ events }) => events.map(({ body }) => decodeAs(noted.body, body).text))
    expect(texts).toEqual([['present'], ['present']])
  })
})
