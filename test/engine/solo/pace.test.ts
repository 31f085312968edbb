import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/codec/index.ts'
import type { Clock } from '../../../src/engine/index.ts'
import { timestampToMilliseconds } from '../../../src/light/index.ts'
import { followAll, until } from '../following.ts'
import { milliseconds } from '../tiny-application.ts'
import { genesisTime, SoloFixture, WallClock } from './fixture.ts'

const genesisMilliseconds = timestampToMilliseconds(genesisTime)

let chain: SoloFixture
afterEach(() => chain.discard())

/** Time that passes only when a test says so. */
class ManualClock implements Clock {
  #elapsed = 0
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()

  now(): bigint {
    return genesisMilliseconds + BigInt(Math.floor(this.#elapsed))
  }

  uptime(): number {
    return this.#elapsed
  }

  async sleep(duration: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const sleeper = { until: this.#elapsed + duration, wake: resolve }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        resolve()
      })
    })
  }

  /** Lets time pass in steps of a millisecond, and everything that happens at each settle. */
  async pass(duration: number): Promise<void> {
    for (let step = 0; step < duration; step++) {
      this.#elapsed += 1
      for (const sleeper of this.#sleepers) {
        if (sleeper.until > this.#elapsed) continue
        this.#sleepers.delete(sleeper)
        sleeper.wake()
      }
      await this.settled()
    }
  }

  /** Waits until the engine sleeps: making a block is real work with real files. */
  async settled(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#sleepers.size === 0)
  }
}

async function begin(idleInterval: number): Promise<ManualClock> {
  const clock = new ManualClock()
  chain = new SoloFixture({ clock, idleInterval })
  await chain.start()
  await clock.pass(10)
  expect(await chain.height()).toBe(1n)
  return clock
}

describe('an idle chain', () => {
  it('makes a block each interval and none in between', async () => {
    const clock = await begin(1_000)
    await clock.pass(980)
    expect(await chain.height()).toBe(1n)
    await clock.pass(30)
    expect(await chain.height()).toBe(2n)
    await clock.pass(970)
    expect(await chain.height()).toBe(2n)
    await clock.pass(2_030)
    expect(await chain.height()).toBe(5n)
  })

  it('makes one more block after a change of the state, and then rests', async () => {
    const clock = await begin(60_000)
    await chain.engine.submit(utf8('a=1'))
    await clock.pass(20)
    expect(await chain.height()).toBe(3n)
    await clock.pass(1_000)
    expect(await chain.height()).toBe(3n)
  })

  it('makes no proof block after transactions that changed nothing', async () => {
    const clock = await begin(60_000)
    await chain.engine.submit(utf8('not a pair'))
    await clock.pass(100)
    expect(await chain.height()).toBe(2n)
  })

  it('puts what comes within the gathering time into one block', async () => {
    const clock = await begin(60_000)
    await chain.engine.submit(utf8('a=1'))
    await clock.pass(2)
    await chain.engine.submit(utf8('b=1'))
    await clock.pass(1)
    expect(await chain.height()).toBe(1n)
    await clock.pass(10)
    expect(chain.application.blocks[1]?.transactions).toHaveLength(2)
  })

  it('makes no block for transactions of which the application chooses none, but asks again', async () => {
    const clock = await begin(60_000)
    chain.application.held.add('a=1')
    await chain.engine.submit(utf8('a=1'))
    await clock.pass(500)
    expect(await chain.height()).toBe(1n)
    chain.application.held.clear()
    await clock.pass(30)
    expect(chain.application.entries.get('a')).toBe('1')
  })

  it('does not wait for the interval when work is due', async () => {
    const clock = await begin(60_000)
    const due = genesisMilliseconds + 500n
    chain.application.due = due
    // The engine looks when it wakes: a transaction wakes it.
    await chain.engine.submit(utf8('a=1'))
    await clock.pass(460)
    expect(chain.application.entries.has('due')).toBe(false)
    await clock.pass(100)
    expect(chain.application.entries.get('due')).toBe(String(due))
    const block = chain.application.blocks.find((candidate) => milliseconds(candidate) >= due)
    expect(milliseconds(block!)).toBeLessThan(due + 20n)
    const height = await chain.height()
    await clock.pass(1_000)
    expect(await chain.height()).toBe(height)
  })

  it('stops at once, also while it waits', async () => {
    await begin(60_000)
    await chain.engine.stop()
  })
})

describe('a clock', () => {
  it('that jumps back does not turn block time back, and a light client still follows', async () => {
    const clock = new WallClock(genesisMilliseconds + 10_000n)
    chain = new SoloFixture({ clock, idleInterval: 1 })
    await chain.start()
    await until('some blocks', async () => (await chain.height()) >= 5n)
    clock.time = genesisMilliseconds - 3_600_000n
    const { height: jump } = (await chain.engine.signedHeader(await chain.height())).header
    await until('more blocks', async () => (await chain.height()) >= jump + 10n)
    await chain.engine.stop()
    clock.time = 0n
    await chain.restart({ clock, idleInterval: 1 })
    await until('blocks after a restart', async () => (await chain.height()) >= jump + 15n)
    await followAll(chain.engine, 1n, await chain.height())
    const { header } = await chain.engine.signedHeader(jump + 14n)
    expect(timestampToMilliseconds(header.time)).toBeGreaterThan(genesisMilliseconds + 10_000n)
    expect(timestampToMilliseconds(header.time)).toBeLessThan(genesisMilliseconds + 10_100n)
  })

  it('that stands still gives a millisecond a block', async () => {
    const clock = new WallClock(genesisMilliseconds + 5_000n)
    chain = new SoloFixture({ clock, idleInterval: 1 })
    await chain.start()
    await until('ten blocks', async () => (await chain.height()) >= 10n)
    const times = await Promise.all(
      [2n, 3n, 4n, 5n].map(async (height) =>
        timestampToMilliseconds((await chain.engine.signedHeader(height)).header.time),
      ),
    )
    expect(times).toEqual([5_000n, 5_001n, 5_002n, 5_003n].map((time) => genesisMilliseconds + time))
  })
})
