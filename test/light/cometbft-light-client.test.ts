/** CometBFT's own light client, over our light blocks in JSON; and the verdict of its library about odd votes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import vote from '../../src/crypto/vectors/vote.json' with { type: 'json' }
import {
  followHeaders,
  type LightBlock,
  parseLightBlock,
  renderLightBlock,
  timestampToMilliseconds,
  trustFrom,
  validatorKey,
} from '../../src/light/index.ts'
import { until } from '../engine/following.ts'
import { SoloFixture } from '../engine/solo/fixture.ts'
import { digest, validatorSet } from './chain.ts'
import { askCometbft, buildCometbftLibrary } from './cometbft-library.ts'
import { abcd, abxy, bytesOf, day, lightBlock, now, pinned, vwxy } from './light-blocks.ts'

beforeAll(buildCometbftLibrary, 600_000)

/** Empty when CometBFT's client reaches the last block from the first, else why not. */
function theirs(blocks: readonly LightBlock[], sequential: boolean, at = now): unknown {
  const lightBlocks = blocks.map(renderLightBlock)
  const order = { trustingPeriod: day, now: at, threshold: [1, 3] }
  return askCometbft([{ ask: 'lightClient', lightBlocks, sequential, ...order }])[0]
}

describe("CometBFT's light client", () => {
  const chain = new SoloFixture()
  afterAll(() => chain.discard())

  it('accepts the headers and commits of our solo engine, one by one and skipping, and so does ours', async () => {
    await chain.start()
    await until('some blocks', async () => (await chain.height()) >= 12n)
    const { validators } = chain.genesis
    const blocks = await Promise.all(
      Array.from({ length: 12 }, async (_, index): Promise<LightBlock> => {
        const signed = await chain.engine.signedHeader(BigInt(index) + 1n)
        return { signed, validators, nextValidators: validators }
      }),
    )
    const { header } = blocks.at(-1)!.signed
    const at = timestampToMilliseconds(header.time) + 1000n
    expect(theirs(blocks, true, at)).toBe('')
    expect(theirs(blocks, false, at)).toBe('')
    expect(theirs([blocks[0]!, blocks.at(-1)!], false, at)).toBe('')
    const eras = [{ genesis: fromHex(`0a1b2c3d${'00'.repeat(28)}`), from: 1n }]
    const trust = trustFrom({ signed: blocks[0]!.signed, validators, eras, trustingPeriod: day }, voteVerifier)
    for (const given of [blocks, blocks.slice(-1)]) {
      const { reached, refusal } = followHeaders(trust, given, { now: at, verifier: voteVerifier })
      expect({ height: reached.height, refusal }).toEqual({ height: 12n, refusal: undefined })
    }
  })

  it('follows the same changes of validators as ours, and refuses the same forgeries', () => {
    const some = validatorSet({ a: 10n, b: 10n, c: 10n, x: 10n })
    const chains = [{ 1: abcd }, { 1: abcd, 4: some }, { 1: abcd, 4: abxy, 7: vwxy }, { 1: abcd, 5: vwxy }].map(
      (sets) => Array.from({ length: 10 }, (_, index) => lightBlock(sets, BigInt(index) + 1n)),
    )
    const forged = [
      // A set that nobody announced, from height 5 on.
      [...chains[0]!.slice(0, 4), ...chains[3]!.slice(4)],
      // A last header that too few signed, and one that is of another chain.
      [...chains[0]!.slice(0, 9), lightBlock({ 1: abcd }, 10n, {}, [0, 1])],
      [...chains[0]!.slice(0, 9), lightBlock({ 1: abcd }, 10n, { time: { seconds: 0n, nanos: 0 } })],
    ]
    for (const blocks of chains) {
      expect([theirs(blocks, true), theirs(blocks, false)]).toEqual(['', ''])
      expect(ours(blocks)).toBe('')
    }
    for (const blocks of forged) {
      expect(theirs(blocks, true)).not.toBe('')
      expect(theirs(blocks, false)).not.toBe('')
      expect(ours(blocks)).toMatch(/^light\./)
    }
  })

  it('prints the light blocks that it reads from us so that we read the same', () => {
    const blocks = [
      lightBlock({ 1: abcd, 8: abxy }, 7n, {}, [0, 2, 3]),
      lightBlock({ 1: validatorSet({ a: 7n, b: 2n }) }, 1n, { appHash: digest('x') }),
    ]
    const printed = askCometbft(blocks.map((block) => ({ ask: 'lightBlock', lightBlocks: [renderLightBlock(block)] })))
    const withoutNext = blocks.map(({ signed, validators }) => ({ signed, validators }))
    expect(printed.map((one) => parseLightBlock(bytesOf(one)))).toEqual(withoutNext)
  })
})

describe("CometBFT's rule for the signature of a vote", () => {
  it('comes to the verdicts of our vectors: small order, non-canonical points, large S; alone and in a batch', () => {
    const answers = askCometbft(vote.cases.map((one) => ({ ask: 'verifyVote', ...one })))
    for (const [index, { name, key, message, signature, valid }] of vote.cases.entries()) {
      expect({ name, verdict: answers[index] }).toEqual({ name, verdict: { single: valid, batch: valid } })
      const raw = fromHex(key)
      const accepted = raw.length === 32 && voteVerifier.verify(validatorKey(raw), fromHex(message), fromHex(signature))
      expect({ name, accepted }).toEqual({ name, accepted: valid })
    }
  })
})

function ours([first, ...rest]: readonly LightBlock[]): string {
  return followHeaders(pinned(first!), rest, { now, verifier: voteVerifier }).refusal?.code ?? ''
}
