/** A real chain whose validators change: what its engine gives, light clients follow, ours and CometBFT's own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { fromHex, toHex } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { type BlockInput, type BlockOutput, CometbftEngine, prepareIdentity } from '../../../src/engine/index.ts'
import {
  encodeLightBlock,
  followHeaders,
  type LightBlock,
  leadingHeaders,
  parseLightBlock,
  renderLightBlock,
  timestampToMilliseconds,
  trustFrom,
  type Validator,
  validatorsHash,
  walk,
} from '../../../src/light/index.ts'
import { keyOf } from '../../light/chain.ts'
import { askCometbft, buildCometbftLibrary } from '../../light/cometbft-library.ts'
import { until } from '../following.ts'
import { TinyApplication } from '../tiny-application.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000
const day = 86_400_000n
const last = 9n

/** At some heights it changes who validates, two heights later. Power 0 removes. */
class ChangingApplication extends TinyApplication {
  updates: ReadonlyMap<bigint, readonly Validator[]> = new Map()

  override async finalizeBlock(block: BlockInput): Promise<BlockOutput> {
    return { ...(await super.finalizeBlock(block)), validatorUpdates: this.updates.get(block.height) ?? [] }
  }
}

const home = mkdtempSync(join(tmpdir(), 'commonroot-test-changing-'))
const application = new ChangingApplication()
const failures: unknown[] = []
let engine: CometbftEngine
let blocks: readonly LightBlock[]

beforeAll(async () => {
  buildCometbftLibrary()
  const binary = installCometbft()
  const { validator } = await prepareIdentity(home)
  const [first, second] = [keyOf('first stranger'), keyOf('second stranger')]
  // Strangers never vote: the one that does keeps more than two thirds.
  application.updates = new Map([
    [2n, [{ key: first, power: 3n }]],
    [
      4n,
      [
        { key: validator, power: 100n },
        { key: first, power: 0n },
        { key: second, power: 40n },
      ],
    ],
  ])
  engine = new CometbftEngine({
    home,
    binary,
    genesis: {
      chainId: 'tiny-0a1b2c3d',
      time: { seconds: BigInt(Math.floor(Date.now() / 1000)) - 5n, nanos: 0 },
      validators: [{ key: validator, power: 10n }],
      application: new Uint8Array(0),
      initialHeight: 1n,
    },
    listen: '127.0.0.1:0',
    idleInterval: 100,
    oneHost: true,
  })
  await engine.start(application, (error) => failures.push(error))
  await until('the last header', async () => (await engine.status()).height > last)
  blocks = await Promise.all(Array.from({ length: Number(last) }, (_, index) => blockOf(BigInt(index) + 1n)))
}, buildTimeout)

afterAll(async () => {
  await engine.stop()
  rmSync(home, { recursive: true, force: true })
})

async function blockOf(height: bigint): Promise<LightBlock> {
  return {
    signed: await engine.signedHeader(height),
    validators: await engine.validators(height),
    nextValidators: await engine.validators(height + 1n),
  }
}

const now = () => timestampToMilliseconds(blocks.at(-1)!.signed.header.time) + 1000n

describe('a chain whose validators change', () => {
  it('has three sets, which its headers name and announce', () => {
    expect(new Set(blocks.map(({ validators }) => toHex(validatorsHash(validators)))).size).toBe(3)
    for (const { signed, validators, nextValidators } of blocks) {
      expect(signed.header.validatorsHash).toEqual(validatorsHash(validators))
      expect(signed.header.nextValidatorsHash).toEqual(validatorsHash(nextValidators!))
    }
    expect(failures).toEqual([])
  })

  it('is followed one by one, by skipping, and through files', () => {
    const [first, ...rest] = blocks.map((block) => parseLightBlock(encodeLightBlock(block)))
    const eras = [{ genesis: fromHex(`0a1b2c3d${'00'.repeat(28)}`), from: 1n }]
    const { signed, validators } = first!
    const trust = trustFrom({ signed, validators, eras, trustingPeriod: day }, voteVerifier)
    for (const way of [rest, rest.slice(-1)]) {
      const { reached, refusal } = followHeaders(trust, way, { now: now(), verifier: voteVerifier })
      expect({ height: reached.height, refusal }).toEqual({ height: last, refusal: undefined })
    }
  })

  it("is followed by CometBFT's own light client in our JSON", () => {
    const order = { ask: 'lightClient', trustingPeriod: day, now: now(), threshold: [1, 3] }
    const lightBlocks = blocks.map(renderLightBlock)
    expect(askCometbft([true, false].map((sequential) => ({ ...order, lightBlocks, sequential })))).toEqual(['', ''])
  })

  it('gives a proof for the first trust file one header that leads to it', async () => {
    const { signed } = blocks.at(-1)!
    const via = await walk(leadingHeaders(blocks[0]!, [1n, 3n], signed), async (height) => blocks[Number(height) - 1]!)
    expect(via.map((block) => block.signed.header.height)).toEqual([last])
  })
})
