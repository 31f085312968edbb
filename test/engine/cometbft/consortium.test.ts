import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../../api/ledger/index.ts'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { CometbftEngine, type GenesisInput, prepareIdentity } from '../../../src/engine/index.ts'
import { trimVotes, verifySignedHeader } from '../../../src/light/index.ts'
import { followAll, until } from '../following.ts'
import { TinyApplication } from '../tiny-application.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000
const members = 4

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-consortium-'))
const applications = Array.from({ length: members }, () => new TinyApplication())
const failures: unknown[] = []
let engines: readonly CometbftEngine[] = []

beforeAll(async () => {
  const binary = installCometbft()
  const homes = applications.map((_, index) => join(folder, `member-${index}`))
  const identities = await Promise.all(homes.map((home) => prepareIdentity(home)))
  const ports = await freePorts(members)
  const addresses = identities.map(({ nodeId }, index) => `${nodeId}@127.0.0.1:${ports[index]}`)
  const genesis: GenesisInput = {
    chainId: 'tiny-0a1b2c3d',
    time: { seconds: BigInt(Math.floor(Date.now() / 1000)) - 5n, nanos: 0 },
    validators: identities.map(({ validator }, index) => ({ key: validator, power: 10n + BigInt(index) })),
    application: new Uint8Array(0),
    initialHeight: 1n,
  }
  engines = homes.map(
    (home, index) =>
      new CometbftEngine({
        home,
        binary,
        genesis,
        listen: `127.0.0.1:${ports[index]}`,
        peers: addresses.filter((_, other) => other !== index),
        oneHost: true,
      }),
  )
  await Promise.all(engines.map((engine, index) => engine.start(applications[index]!, (error) => failures.push(error))))
}, buildTimeout)

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  rmSync(folder, { recursive: true, force: true })
})

describe('four validators', () => {
  it('agree on what is submitted to any of them', async () => {
    await until('the connections', async () =>
      (await Promise.all(engines.map((engine) => engine.status()))).every(
        ({ peers, catchingUp }) => peers === members - 1 && !catchingUp,
      ),
    )
    await Promise.all(engines.map((engine, index) => engine.submit(utf8(`member${index}=1`))))
    await until('all pairs at all members', () => applications.every(({ entries }) => entries.size === members))
    expect(failures).toEqual([])
  })

  it('are told apart by the application: what a peer sent is not its own', () => {
    for (const [index, { admitted }] of applications.entries()) {
      expect(admitted).toContainEqual({ transaction: `member${index}=1`, from: 'api' })
      expect(admitted.filter(({ from }) => from === 'peer').length).toBeGreaterThan(0)
    }
  })

  it('give every member headers that a light client follows, with votes of more than two thirds', async () => {
    const { height } = await applications[0]!.info()
    for (const engine of engines) {
      await until('the head', async () => (await engine.status()).height >= height)
      await followAll(engine, 1n, height)
      const validators = await engine.validators(height)
      expect(validators.map(({ power }) => power)).toEqual([13n, 12n, 11n, 10n])
      const trimmed = trimVotes(await engine.signedHeader(height), validators)
      expect(trimmed.votes.length).toBe(3)
      expect(() => verifySignedHeader(trimmed, validators, trimmed.header.chainId, voteVerifier)).not.toThrow()
    }
  })

  it('go on without one of them, who catches up when it is back', async () => {
    const [gone] = engines
    await gone!.stop()
    await engines[1]!.submit(utf8('three=1'))
    await until('the pair at three', () => applications.slice(1).every(({ entries }) => entries.has('three')))
    await gone!.start(applications[0]!, (error) => failures.push(error))
    await until('the pair at the fourth', () => applications[0]!.entries.has('three'))
    expect(failures).toEqual([])
  })
})
