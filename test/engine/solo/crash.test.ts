import { createHash } from 'node:crypto'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/codec/index.ts'
import { TwoSlots } from '../../../src/durable/index.ts'
import { followAll, until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { Disk, type Fault, TinyApplication } from '../tiny-application.ts'
import { Headers, HeldKey, SoloFixture } from './fixture.ts'

let chain: SoloFixture
afterEach(() => chain.discard())

/** A chain with a few blocks that then fails at one step of the block with `a=1`. */
async function crashedAt(step: Fault | 'sign' | 'put'): Promise<void> {
  chain = new SoloFixture()
  await chain.start()
  await until('some blocks', async () => (await chain.height()) >= 3n)
  if (step === 'sign') chain.validator.isFailing = true
  else if (step === 'put') chain.headers.isFailing = true
  else chain.application.fault = step
  await chain.engine.submit(utf8('a=1')).catch(() => undefined)
  await until('the crash', () => chain.failures.length > 0)
  expect(String(chain.failures[0])).toContain(`fault: ${step}`)
}

const committedSteps = ['after-commit', 'sign', 'put'] as const
const uncommittedSteps = ['prepare', 'finalize', 'before-commit'] as const

describe('after a crash', () => {
  it.each([...uncommittedSteps, ...committedSteps])('at %s the chain goes on and stays one chain', async (step) => {
    await crashedAt(step)
    const before = (await chain.application.info()).height
    await chain.restart()
    await chain.engine.submit(utf8('b=2'))
    await until('the next pair', () => chain.application.entries.get('b') === '2')
    await until('its proof', async () => (await chain.height()) >= before + 2n)
    await followAll(chain.engine, 1n, await chain.height())
    expect(chain.failures).toEqual([])
  })

  it.each(committedSteps)('at %s the committed block has a header before new ones are made', async (step) => {
    await crashedAt(step)
    const { height } = await chain.application.info()
    expect(await chain.headers.get(height)).toBeUndefined()
    await chain.restart({ idleInterval: 60_000 })
    expect((await chain.headers.get(height))?.header.height).toBe(height)
  })

  it('before the header is stored, the vote that is on disk is used again: no second signature for the height', async () => {
    await crashedAt('put')
    const { signatures } = chain.validator
    const { height } = await chain.application.info()
    const restarted = chain.restart()
    // Only now: a restart makes the key whole again.
    chain.validator.isFailing = true
    await restarted
    expect(await chain.headers.get(height)).toBeDefined()
    expect(chain.validator.signatures).toBe(signatures)
  })

  it('in the very first block the chain still begins at its genesis', async () => {
    for (const step of [...uncommittedSteps, 'after-commit'] as const) {
      chain = new SoloFixture()
      chain.application.fault = step
      await chain.start()
      await until('the crash', () => chain.failures.length > 0)
      await chain.restart()
      await until('three blocks', async () => (await chain.height()) >= 3n)
      await followAll(chain.engine, 1n, 3n)
      expect((await chain.engine.signedHeader(1n)).header.time).toEqual(chain.genesis.time)
      await chain.discard()
    }
  })
})

describe('a start refuses', () => {
  const grown = async () => {
    chain = new SoloFixture()
    await chain.start()
    await until('some blocks', async () => (await chain.height()) >= 3n)
  }

  it('an application that was restored from an older backup', async () => {
    await grown()
    const backup = chain.disk.copy()
    await chain.engine.submit(utf8('a=1'))
    await until('the pair', () => chain.application.entries.size === 1)
    await chain.engine.stop()
    expect(await refusalOf(() => chain.restart({ disk: backup }))).toBe('engine.behind-signing-state')
  })

  it('an empty application beside a used signing state', async () => {
    await grown()
    await chain.engine.stop()
    expect(await refusalOf(() => chain.restart({ disk: new Disk() }))).toBe('engine.behind-signing-state')
  })

  it('a signing state that is older than the application', async () => {
    await grown()
    const old = readFileSync(chain.signingState)
    const height = await chain.height()
    await until('more blocks', async () => (await chain.height()) >= height + 3n)
    await chain.engine.stop()
    writeFileSync(chain.signingState, old)
    expect(await refusalOf(() => chain.restart())).toBe('engine.signing-state-stale')
  })

  it('a chain whose signing state is gone', async () => {
    await grown()
    await chain.engine.stop()
    rmSync(chain.signingState)
    expect(await refusalOf(() => chain.restart())).toBe('engine.signing-state-missing')
  })

  it('the signing state of another chain or another validator', async () => {
    await grown()
    await chain.engine.stop()
    const state = readFileSync(chain.signingState)
    const { genesis, validator } = chain
    await chain.discard()
    chain = new SoloFixture({ validator, genesis: { ...genesis, chainId: 'other-0a1b2c3d' } })
    writeFileSync(chain.signingState, state)
    expect(await refusalOf(() => chain.start())).toBe('engine.signing-state-foreign')
    await chain.discard()
    chain = new SoloFixture()
    writeFileSync(chain.signingState, state)
    expect(await refusalOf(() => chain.start())).toBe('engine.signing-state-foreign')
  })

  it('to go on once another process has written the signing state', async () => {
    await grown()
    const old = readFileSync(chain.signingState)
    const height = await chain.height()
    await until('more blocks', async () => (await chain.height()) >= height + 3n)
    writeFileSync(chain.signingState, old)
    await until('the failure', async () => chain.failures.length > 0)
    expect(chain.failures).toMatchObject([{ code: 'engine.signing-state-foreign', details: { what: 'process' } }])
    expect(readFileSync(chain.signingState)).toEqual(old)
  })

  it('an application with another state than the one that was agreed', async () => {
    await grown()
    await chain.engine.stop()
    const { height } = chain.disk.content
    chain.disk.write({ height, entries: new Map([['forged', '1']]) })
    expect(await refusalOf(() => chain.restart())).toBe('engine.application-diverged')
  })

  it('a damaged signing state: cut, changed, extended or empty', async () => {
    await grown()
    await chain.engine.stop()
    const sound = readFileSync(chain.signingState)
    const changed = Uint8Array.from(sound)
    for (const copy of [0, sound.length / 2]) changed[copy + 40] = changed[copy + 40]! ^ 1
    for (const damaged of [changed, Buffer.concat([sound, Buffer.of(0)]), Buffer.alloc(70_000)]) {
      writeFileSync(chain.signingState, damaged)
      expect(await refusalOf(() => chain.restart())).toBe('engine.signing-state-damaged')
    }
    for (const size of [sound.length - 1, 32, 1, 0]) {
      writeFileSync(chain.signingState, sound)
      truncateSync(chain.signingState, size)
      expect(await refusalOf(() => chain.restart())).toBe('engine.signing-state-damaged')
    }
  })

  it('a signing state of which one copy is damaged, when the other does not tell what was signed', async () => {
    await grown()
    await chain.engine.stop()
    const { height } = chain.disk.content
    const older = chain.disk.copy()
    await chain.restart()
    await until('one more block', async () => (await chain.height()) > height)
    await chain.engine.stop()
    const sound = readFileSync(chain.signingState)
    for (const copy of [0, sound.length / 2]) {
      const changed = Uint8Array.from(sound)
      changed[copy + 40] = changed[copy + 40]! ^ 1
      writeFileSync(chain.signingState, changed)
      const refusal = await refusalOf(() => chain.restart({ disk: older }))
      expect(refusal).toMatch(/^engine\.(signing-state-damaged|behind-signing-state)$/)
    }
  })

  it('a key holder that signs with another key, before the vote is recorded', async () => {
    await grown()
    const other = new HeldKey()
    const { key } = chain.validator
    await chain.engine.stop()
    await chain.restart({ validator: { key, sign: (message) => other.sign(message) } })
    await until('the failure', () => chain.failures.length > 0)
    expect(chain.failures).toMatchObject([{ code: 'engine.wrong-signature' }])
    const { height } = await chain.application.info()
    expect(await chain.headers.get(height)).toBeUndefined()
    await chain.restart()
    expect(await chain.headers.get(height)).toBeDefined()
  })
})

describe('a signing state of which one copy is damaged', () => {
  it.each([0, 1])('goes on from the other: copy %i', async (copy) => {
    chain = new SoloFixture()
    await chain.start()
    await until('some blocks', async () => (await chain.height()) >= 3n)
    await chain.engine.stop()
    const bytes = readFileSync(chain.signingState)
    bytes.fill(0xff, (copy * bytes.length) / 2 + 100, (copy * bytes.length) / 2 + 600)
    writeFileSync(chain.signingState, bytes)
    await chain.restart()
    const { height } = await chain.application.info()
    await until('two more blocks', async () => (await chain.height()) >= height + 2n)
    await followAll(chain.engine, 1n, await chain.height())
    expect(chain.failures).toEqual([])
  })

  it('is also read in its first form, which the next block replaces', async () => {
    chain = new SoloFixture()
    await chain.start()
    await until('some blocks', async () => (await chain.height()) >= 3n)
    await chain.engine.stop()
    const newest = await new TwoSlots(chain.signingState).read()
    if (newest === undefined || !('value' in newest) || newest.value === undefined) throw new Error('it has no value')
    const digest = createHash('sha256').update(newest.value).digest()
    writeFileSync(chain.signingState, Buffer.concat([newest.value, digest]))
    await chain.restart()
    const { height } = await chain.application.info()
    await until('one more block', async () => (await chain.height()) > height)
    await chain.engine.stop()
    expect(readFileSync(chain.signingState)).toHaveLength(8192)
    await chain.restart()
  })
})

describe('a lost signing state', () => {
  it('is made anew from the database when the operator says so, and the chain goes on', async () => {
    chain = new SoloFixture()
    await chain.start()
    await chain.engine.submit(utf8('a=1'))
    await until('a few blocks', async () => chain.application.entries.size === 1 && (await chain.height()) >= 4n)
    await chain.engine.stop()
    rmSync(chain.signingState)
    await chain.restart({ adopt: { lastResults: [] } })
    const { height } = await chain.application.info()
    await until('two more blocks', async () => (await chain.height()) >= height + 2n)
    await followAll(chain.engine, 1n, await chain.height())
    await chain.engine.stop()
    await chain.restart()
  })

  it('can not be made anew without the header, or with a header of another validator', async () => {
    chain = new SoloFixture()
    await chain.start()
    await until('a few blocks', async () => (await chain.height()) >= 3n)
    await chain.engine.stop()
    rmSync(chain.signingState)
    const adopt = { lastResults: [] }
    expect(await refusalOf(() => chain.restart({ adopt, headers: new Headers() }))).toBe('engine.cannot-adopt')

    const { height } = await chain.application.info()
    const header = await chain.headers.get(height)
    const forged = new Headers()
    if (header !== undefined) {
      const votes = header.votes.map((vote) => ({ ...vote, signature: new Uint8Array(64) }))
      await forged.put({ ...header, votes })
    }
    expect(await refusalOf(() => chain.restart({ adopt, headers: forged }))).toBe('engine.cannot-adopt')
  })
})

describe('a process that is gone for good', () => {
  it('leaves a chain that another machine takes over with database, headers and signing state', async () => {
    chain = new SoloFixture()
    await chain.start()
    await chain.engine.submit(utf8('a=1'))
    await until('the pair', () => chain.application.entries.size === 1)
    await chain.engine.stop()
    chain.application = new TinyApplication(chain.disk.copy())
    await chain.restart({ disk: chain.disk.copy() })
    const { height } = await chain.application.info()
    await until('another block', async () => (await chain.height()) > height)
    await followAll(chain.engine, 1n, await chain.height())
  })
})
