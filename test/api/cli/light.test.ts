import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { voteVerifier } from '../../../src/crypto/index.ts'
import {
  decodeTrust,
  encodeProof,
  encodeTrust,
  formatTime,
  judgeConflict,
  parseEvidence,
  timestampFromMilliseconds,
} from '../../../src/light/index.ts'
import { until } from '../../engine/following.ts'
import { testDevice } from '../../ledger/devices.ts'
import { digest, genesisTime } from '../../light/chain.ts'
import { abcd, abxy, bytesOf, jsonOf, lightBlock, pinned } from '../../light/light-blocks.ts'
import { makeProof, makeState } from '../../light/state.ts'
import { testDatabase } from '../../postgres.ts'
import { startHeaderNode } from '../client/header-node.ts'
import { startWorld, type World } from './world.ts'

const database = await testDatabase()
let world: World
const at = (name: string) => path.join(world.folder, name)
const trustOf = async (name: string) => decodeTrust(new Uint8Array(await readFile(at(name))))

beforeAll(async () => {
  world = await startWorld(database)
  expect(await world.run(['trust', 'export', '--out', 'old.trust'])).toMatchObject({ code: 0 })
  const { height } = await trustOf('old.trust')
  await until('a newer header', async () => (await fetch(`${world.url}/v1/headers/${height + 1n}`)).ok)
})
afterAll(() => world.stop())

describe('a trust file of a running node', () => {
  it('is followed through to a newer one, which witnesses confirm', async () => {
    const words = ['trust', 'update', '--trust', 'old.trust', '--out', 'new.trust', '--witness', world.url, '--json']
    const { code, json } = await world.run(words)
    const [before, after] = [await trustOf('old.trust'), await trustOf('new.trust')]
    expect(after.height > before.height).toBe(true)
    expect({ code, json }).toEqual({
      code: 0,
      json: {
        file: 'new.trust',
        chain: world.chain,
        from: Number(before.height),
        height: Number(after.height),
        time: expect.stringMatching(/Z$/),
        headerHash: after.headerHash.toHex(),
        trustedUntil: expect.stringMatching(/Z$/),
        followed: 1,
        witnesses: [{ url: world.url, answer: 'agrees' }],
      },
    })
  })

  it('that is too old is refused, in words that say what to do', async () => {
    const old = await trustOf('old.trust')
    await writeFile(at('expired.trust'), encodeTrust({ ...old, trustingPeriod: 1n }))
    const { code, stderr } = await world.run(['trust', 'update', '--trust', 'expired.trust'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/pin anew \(light\.trust-expired\)/)
  })

  it('is pinned anew by a hash that is known from elsewhere', async () => {
    const { height, headerHash } = await trustOf('old.trust')
    const pin = (hash: string) => [
      'trust',
      'export',
      '--out',
      'pin.trust',
      '--checkpoint',
      `${height}:${hash}`,
      '--threshold',
      '1/2',
      '--json',
    ]
    expect(await world.run(pin(headerHash.toHex()))).toMatchObject({ code: 0, json: { height: Number(height) } })
    expect(await trustOf('pin.trust')).toMatchObject({ headerHash, threshold: [1n, 2n] })
    expect(await world.run(pin('ab'.repeat(32)))).toMatchObject({
      code: 1,
      json: { error: { code: 'light.checkpoint' } },
    })
  })
})

describe('trust update', () => {
  it('keeps the proof of a fork beside the trust file, which stays as it is', async () => {
    // Around the clock of the machine, which the command reads.
    const time = timestampFromMilliseconds(BigInt(Date.now() - 60_000))
    const own = pinned(lightBlock({ 1: abcd }, 9n, { time }))
    const node = await startHeaderNode(own, () => lightBlock({ 1: abcd }, 9n, { time, appHash: digest('fork') }))
    await writeFile(at('forked.trust'), encodeTrust(own))
    const ended = await world.runAgainst(node.client.url, ['trust', 'update', '--trust', 'forked.trust', '--json'])
    await node.stop()
    expect(ended).toMatchObject({ code: 1, json: { error: { code: 'light.conflicting-header' } } })
    expect(ended.stderr).toContain('forked.trust.9.evidence')
    const conflict = parseEvidence(new Uint8Array(await readFile(at('forked.trust.9.evidence'))))
    expect(judgeConflict({ ...conflict, common: await trustOf('forked.trust') }, voteVerifier).height).toBe(9n)
    expect(new Uint8Array(await readFile(at('forked.trust')))).toEqual(encodeTrust(own))
  })
})

describe('proof verify', () => {
  it('keeps the proof of a fork that a proof shows', async () => {
    const time = timestampFromMilliseconds(BigInt(Date.now() - 60_000))
    const state = await makeState(['member'], ['certificate'])
    const { signed } = lightBlock({ 1: abcd }, 9n, { time, appHash: state.root })
    const proof = await makeProof(state, abcd, [['records', 'certificate']], { signed })
    await Promise.all([
      writeFile(at('p'), encodeProof(proof)),
      writeFile(at('t'), encodeTrust(pinned(lightBlock({ 1: abcd }, 9n, { time })))),
      writeFile(at('c.pem'), (await testDevice(world.chain, 'vendor-a', 'X')).certificate),
    ])
    const words = ['proof', 'verify', 'c.pem', '--proof', 'p', '--trust', 't', '--evidence', 'e', '--json']
    expect(await world.run(words)).toMatchObject({ code: 1, json: { code: 'light.conflicting-header' } })
    const conflict = parseEvidence(new Uint8Array(await readFile(at('e'))))
    expect(judgeConflict(conflict, voteVerifier).height).toBe(9n)
  })
})

describe('light verify', () => {
  const sets = { 1: abcd, 20: abxy }
  const now = formatTime(timestampFromMilliseconds(genesisTime + 60_000n))
  const fork = lightBlock(sets, 9n, { appHash: digest('fork') })
  const verify = async (trust: Uint8Array, headers: Uint8Array, ...words: string[]) => {
    await Promise.all([writeFile(at('t'), trust), writeFile(at('h'), headers)])
    return world.run(['light', 'verify', '--trust', 't', '--headers', 'h', '--now', now, '--json', ...words])
  }
  const headers = (...blocks: readonly ReturnType<typeof lightBlock>[]) => bytesOf(blocks.map(jsonOf))

  it('prints its contract and nothing else, whatever the files hold', async () => {
    const blocks = headers(lightBlock(sets, 9n), lightBlock(sets, 30n))
    expect(await verify(bytesOf(jsonOf(lightBlock(sets, 5n))), blocks)).toMatchObject({
      code: 0,
      stdout: '{\n  "verified": true,\n  "code": "light.verified",\n  "height": 30\n}\n',
    })
    const hostile = await verify(bytesOf({}), blocks)
    expect(hostile).toMatchObject({ code: 1, stderr: '' })
    expect(hostile.json).toEqual({ verified: false, code: 'light.form', height: null })
  })

  it('keeps a fork as evidence, which is judged offline', async () => {
    const trust = encodeTrust(pinned(lightBlock(sets, 5n)))
    const ended = await verify(trust, headers(lightBlock(sets, 9n), fork), '--evidence', 'fork.evidence')
    expect(ended).toMatchObject({ code: 1, json: { verified: false, code: 'light.conflicting-header', height: 9 } })
    const judged = await world.run(['light', 'evidence', 'fork.evidence', '--trust', 't', '--json'])
    expect(judged).toMatchObject({
      code: 0,
      json: { code: 'light.fork', height: 9, signedBoth: [{ power: 10 }, { power: 10 }, { power: 10 }, { power: 10 }] },
    })
    await writeFile(at('bad.evidence'), (await readFile(at('fork.evidence'), 'utf8')).replace('"round":0', '"round":1'))
    expect(await world.run(['light', 'evidence', 'bad.evidence', '--json'])).toMatchObject({
      code: 1,
      json: { error: { code: 'light.evidence' } },
    })
  })
})
