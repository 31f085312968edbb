/** What the engine does while a block is being committed: it tells the application what the next one will be. */
import { afterEach, expect, it } from 'vitest'
import { utf8 } from '../../../src/codec/index.ts'
import type { BlockWork } from '../../../src/engine/port.ts'
import { until } from '../following.ts'
import { SoloFixture } from './fixture.ts'

const held: (() => void)[] = []
let chain: SoloFixture
afterEach(async () => {
  for (const release of held.splice(0)) release()
  await chain.discard()
})

/** Long enough that a block of it, and one after it, are worth working out ahead. */
const large = (name: string) => utf8(`${name}=${'1'.repeat(300 * 1024)}`)

/** A chain that rests, whose application notes what it is told ahead, and commits the next block when it is let. */
async function resting(): Promise<{ readonly told: readonly BlockWork[]; readonly release: () => void }> {
  chain = new SoloFixture({ idleInterval: 60_000 })
  const told: BlockWork[] = []
  Object.assign(chain.application, { anticipate: (work: BlockWork) => told.push(work) })
  await chain.start()
  await until('the first block', async () => (await chain.height()) === 1n)
  const commit = chain.application.commit.bind(chain.application)
  const gate = Promise.withResolvers<void>()
  held.push(gate.resolve)
  chain.application.commit = async () => {
    await gate.promise
    return commit()
  }
  return { told, release: gate.resolve }
}

const finalised = (height: bigint) => chain.application.blocks.some((block) => block.height === height)
const namesIn = (transactions: readonly Uint8Array[]) => transactions.map((bytes) => String.fromCharCode(bytes[0]!))

it('a large block is told while the one before it is committed, and finalised after that', async () => {
  const { told, release } = await resting()
  await chain.engine.submit(large('a'))
  await until('the block that is held', () => finalised(2n))
  await chain.engine.submit(large('b'))
  await until('word of the next one', () => told.at(-1)?.height === 3n)
  const work = told.at(-1)!
  expect(namesIn(work.transactions)).toEqual(['b'])
  expect(await chain.height()).toBe(1n)
  expect(finalised(3n)).toBe(false)

  release()
  await until('the next one', async () => (await chain.height()) >= 3n)
  const next = chain.application.blocks.find(({ height }) => height === 3n)!
  expect({ ...next, hash: undefined, proposer: undefined }).toMatchObject(work)
  expect(namesIn(chain.application.blocks.flatMap(({ transactions }) => transactions))).toEqual(['a', 'b'])
  expect(chain.application.overlapping).toBe(0)
  expect(chain.failures).toEqual([])
})

it('a small one waits for the commit, and for what comes until then', async () => {
  const { told, release } = await resting()
  await chain.engine.submit(utf8('a=1'))
  await until('the block that is held', () => finalised(2n))
  for (const name of ['b', 'c']) {
    await chain.engine.submit(utf8(`${name}=1`))
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  expect(told.at(-1)?.height).toBe(2n)

  release()
  await until('the next one', async () => (await chain.height()) >= 3n)
  expect(namesIn(chain.application.blocks.find(({ height }) => height === 3n)!.transactions)).toEqual(['b', 'c'])
})

it('a commit that fails ends the engine, whatever was told ahead', async () => {
  const { told, release } = await resting()
  await chain.engine.submit(large('a'))
  await until('the block that is held', () => finalised(2n))
  chain.application.fault = 'before-commit'
  await chain.engine.submit(large('b'))
  await until('word of the next one', () => told.at(-1)?.height === 3n)
  release()
  await until('the failure', () => chain.failures.length > 0)
  expect(finalised(3n)).toBe(false)
  expect(chain.application.entries.size).toBe(0)
})
