import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/codec/index.ts'
import { maximumBlockBytes } from '../../../src/engine/index.ts'
import { until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { SoloFixture } from './fixture.ts'

let chain: SoloFixture
afterEach(() => chain.discard())

/** A chain whose application holds these transactions back, so that they wait. */
async function waiting(limits: { count: number; bytes: number }, ...held: string[]): Promise<void> {
  chain = new SoloFixture({ mempool: limits })
  for (const transaction of held) chain.application.held.add(transaction)
  await chain.start()
  for (const transaction of held) await chain.engine.submit(utf8(transaction))
}

describe('the mempool', () => {
  it('refuses the bytes that it holds already, and takes them again once they are in a block', async () => {
    await waiting({ count: 10, bytes: 1_000 }, 'a=1')
    expect(await refusalOf(() => chain.engine.submit(utf8('a=1')))).toBe('engine.duplicate-transaction')
    chain.application.held.clear()
    await until('the pair', () => chain.application.entries.size === 1)
    await until('the end of its block', () =>
      chain.engine.submit(utf8('a=1')).then(
        () => true,
        () => false,
      ),
    )
  })

  it('is full at its count', async () => {
    await waiting({ count: 2, bytes: 1_000 }, 'a=1', 'b=1')
    expect(await refusalOf(() => chain.engine.submit(utf8('c=1')))).toBe('engine.mempool-full')
  })

  it('is full at its bytes, and has room again when a block took some', async () => {
    await waiting({ count: 10, bytes: 7 }, 'a=1', 'b=1')
    expect(await refusalOf(() => chain.engine.submit(utf8('c=1')))).toBe('engine.mempool-full')
    chain.application.held.delete('a=1')
    await until('room', () =>
      chain.engine.submit(utf8('c=1')).then(
        () => true,
        () => false,
      ),
    )
  })

  it('refuses a transaction that fits into no block', async () => {
    await waiting({ count: 10, bytes: 2 * maximumBlockBytes })
    expect(await refusalOf(() => chain.engine.submit(new Uint8Array(maximumBlockBytes)))).toBe('engine.too-large')
  })

  it('gives candidates in the order in which they came', async () => {
    const pairs = Array.from({ length: 9 }, (_, index) => `same=${9 - index}`)
    await waiting({ count: 10, bytes: 1_000 }, ...pairs)
    chain.application.held.clear()
    await until('the last one', () => chain.application.entries.get('same') === '1')
    const executed = chain.application.blocks.flatMap(({ transactions }) => transactions)
    expect(executed.map((transaction) => new TextDecoder().decode(transaction))).toEqual(pairs)
  })

  it('asks again about what it passed over for long, and forgets what is no longer admitted', async () => {
    await waiting({ count: 2, bytes: 1_000 }, 'not a pair', 'a=1')
    await until('room', () =>
      chain.engine.submit(utf8('b=1')).then(
        () => true,
        () => false,
      ),
    )
    expect(chain.application.admitted).toContainEqual({ transaction: 'not a pair', from: 'recheck' })
    expect(await refusalOf(() => chain.engine.submit(utf8('a=1')))).toBe('engine.duplicate-transaction')
  })
})
