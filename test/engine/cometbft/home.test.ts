import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ed25519Raw } from '../../../src/crypto/index.ts'
import { CometbftEngine, prepareIdentity } from '../../../src/engine/index.ts'
import { until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { TinyApplication } from '../tiny-application.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'commonroot-test-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const path = (...names: string[]) => join(home, ...names)
const keyFile = () => path('config', 'priv_validator_key.json')
const stateFile = () => path('data', 'priv_validator_state.json')

describe('the identity of a CometBFT home', () => {
  it('is made once and stays', async () => {
    const identity = await prepareIdentity(home)
    expect(ed25519Raw(identity.validator)).toHaveLength(32)
    expect(identity.nodeId).toMatch(/^[0-9a-f]{40}$/)
    expect(await prepareIdentity(home)).toEqual(identity)
  })

  it('is readable by its owner only', async () => {
    await prepareIdentity(home)
    for (const file of [keyFile(), path('config', 'node_key.json')]) expect(statSync(file).mode & 0o077).toBe(0)
  })

  it('is refused when the signing state is gone: it is never made anew', async () => {
    await prepareIdentity(home)
    rmSync(stateFile())
    expect(await refusalOf(() => prepareIdentity(home))).toBe('engine.home-damaged')
  })

  it('is completed when a crash left only an unused signing state', async () => {
    await prepareIdentity(home)
    rmSync(keyFile())
    await prepareIdentity(home)
    expect(readFileSync(keyFile(), 'utf8')).toContain('PrivKeyEd25519')
  })

  it('gets no new key when the signing state was used', async () => {
    await prepareIdentity(home)
    rmSync(keyFile())
    writeFileSync(stateFile(), '{"height": "5", "round": 0, "step": 3}')
    expect(await refusalOf(() => prepareIdentity(home))).toBe('engine.home-damaged')
  })

  it.each(['', '[]', '{}', '{"pub_key":{"type":"tendermint/PubKeyEd25519","value":"AAAA"}}'])(
    'is refused when its key file holds %s',
    async (text) => {
      await prepareIdentity(home)
      writeFileSync(keyFile(), text)
      expect(await refusalOf(() => prepareIdentity(home))).toBe('engine.home-damaged')
    },
  )
})

describe('a CometBFT program that does not work', () => {
  async function engineWith(script: string | undefined): Promise<CometbftEngine> {
    const { validator } = await prepareIdentity(home)
    const binary = path('program')
    if (script !== undefined) writeFileSync(binary, script, { mode: 0o700 })
    return new CometbftEngine({
      home,
      binary,
      genesis: {
        chainId: 'tiny-0a1b2c3d',
        time: { seconds: 1_700_000_000n, nanos: 0 },
        validators: [{ key: validator, power: 1n }],
        application: new Uint8Array(0),
        initialHeight: 1n,
      },
      listen: '127.0.0.1:0',
    })
  }

  it('ends the start with the reason when it is missing', async () => {
    const engine = await engineWith(undefined)
    await expect(engine.start(new TinyApplication(), () => undefined)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is started a few times and then given up, with the last words of its log', async () => {
    const engine = await engineWith('#!/bin/sh\necho started >> "$3/starts"\necho the disk is gone\nexit 0\n')
    const start = engine.start(new TinyApplication(), () => undefined)
    await expect(start).rejects.toMatchObject({
      code: 'engine.node-exited',
      details: { how: 'code 0', log: 'the disk is gone' },
    })
    expect(readFileSync(path('starts'), 'utf8').split('\n')).toHaveLength(6)
  })

  it('is ended when the engine stops before it is ready', async () => {
    const engine = await engineWith('#!/bin/sh\nexec sleep 60\n')
    const start = engine.start(new TinyApplication(), () => undefined)
    const outcome = start.catch((error: unknown) => error)
    await until('the process', () => statSync(path('cometbft.pid'), { throwIfNoEntry: false }) !== undefined)
    await engine.stop()
    expect(await outcome).toMatchObject({ code: 'engine.stopped' })
  })
})
