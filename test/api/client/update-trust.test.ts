import { afterEach, describe, expect, it } from 'vitest'
import { NodeClient, type TrustUpdateOrder, updateTrust } from '../../../api/client/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import {
  decodeTrust,
  encodeEvidence,
  encodeTrust,
  judgeConflict,
  type LightBlock,
  parseEvidence,
  type Trust,
} from '../../../src/light/index.ts'
import { digest, era, genesisTime, validatorSet } from '../../light/chain.ts'
import { abcd, abxy, day, lightBlock, now, pinned, vwxy } from '../../light/light-blocks.ts'
import { type HeaderNode, startHeaderNode } from './header-node.ts'

const sets = { 1: abcd, 100: abxy, 200: vwxy }
const at = (height: bigint) => lightBlock(sets, height)
const fork = (height: bigint) => lightBlock(sets, height, { appHash: digest('fork') })
const strangers = validatorSet({ p: 10n, q: 10n })
const trust = pinned(at(5n))
const nodes: HeaderNode[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function node(blockOf: (height: bigint) => LightBlock | string | undefined = at, newest = pinned(at(300n))) {
  const started = await startHeaderNode(newest, blockOf)
  nodes.push(started)
  return started
}

const update = (from: HeaderNode, given: Partial<TrustUpdateOrder> = {}) =>
  updateTrust({ node: from.client, witnesses: [], trust, now, ...given })
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: { readonly code: string }) => error.code,
  )

describe('an update of a trust file', () => {
  it('follows through changes of all validators to a newer one, with few headers', async () => {
    const honest = await node()
    const done = await update(honest)
    if (!('trust' in done)) return expect.unreachable()
    expect(done.trust).toMatchObject({ height: 300n, validators: vwxy, eras: [era], trustingPeriod: day })
    expect(done.followed).toBeLessThanOrEqual(3)
    expect(honest.asked.length).toBeLessThan(8)
    expect(decodeTrust(encodeTrust(done.trust)).headerHash).toEqual(at(300n).signed.blockId.hash)
  })

  it('stays where it is when there is nothing newer', async () => {
    const done = await update(await node(at, pinned(at(5n))))
    expect(done).toMatchObject({ trust: { height: 5n }, followed: 0 })
  })

  it('works to the last millisecond of the trusting period; beyond it, nobody is asked and the reader is told to pin anew', async () => {
    const end = genesisTime + 5000n + day
    expect(await update(await node(), { now: end - 1n })).toMatchObject({ trust: { height: 300n } })
    const honest = await node()
    await expect(update(honest, { now: end })).rejects.toMatchObject({
      code: 'light.trust-expired',
      message: expect.stringContaining('pin anew'),
    })
    expect(honest.asked).toEqual([])
  })

  it('follows every header when it is told to, and looks at each checkpoint', async () => {
    const honest = await node(at, pinned(at(9n)))
    await update(honest, { sequential: true })
    expect(honest.asked).toEqual([6n, 7n, 8n, 9n])
    const checkpoint = { height: 7n, headerHash: at(7n).signed.blockId.hash }
    expect(await update(honest, { checkpoints: [checkpoint] })).toMatchObject({ followed: 2 })
    expect(await codeOf(update(honest, { checkpoints: [{ ...checkpoint, headerHash: digest('x') }] }))).toBe(
      'light.checkpoint',
    )
  })
})

describe('a node that lies or cannot', () => {
  const eras: Trust['eras'] = [era, { genesis: digest('anew'), from: 100n }]
  it.each<[string, Parameters<typeof node>, string]>([
    ['has validators of its own making', [(height) => lightBlock({ 1: vwxy }, height)], 'light.next-validators'],
    ['gives another header than asked', [() => at(299n)], 'light.other-height'],
    ['gives no JSON', [() => '<html>'], 'light.json'],
    ['gives JSON of another kind', [() => '{"error":1}'], 'light.form'],
    ['does not have the header', [() => undefined], 'engine.no-header'],
    ['is behind', [at, pinned(at(4n))], 'light.height-order'],
    ['speaks of another era', [at, { ...pinned(at(300n)), eras }], 'light.other-eras'],
    [
      'is of another chain',
      [at, { ...pinned(at(300n)), chain: `x-${era.genesis.toHex().slice(0, 8)}` }],
      'light.foreign-chain',
    ],
  ])('that %s is refused', async (_, [blockOf, newest], code) => {
    expect(await codeOf(update(await node(blockOf, newest)))).toBe(code)
  })

  it('that shows another header of the pinned height gives the proof of a fork', async () => {
    const seen = await update(await node(fork, pinned(at(5n))))
    if (!('conflict' in seen)) return expect.unreachable()
    expect(seen.refusal.code).toBe('light.conflicting-header')
    expect(judgeConflict(seen.conflict, voteVerifier).height).toBe(5n)
  })
})

describe('witnesses', () => {
  it('agree, are silent or are refused; one that agrees is enough', async () => {
    const nowhere = new NodeClient('http://127.0.0.1:1')
    const [agreeing, lying] = [await node(), await node((height) => lightBlock({ 1: strangers }, height))]
    const silent = await node(() => '[]')
    const witnesses = [agreeing.client, lying.client, nowhere, silent.client]
    expect(await update(await node(), { witnesses })).toMatchObject({
      trust: { height: 300n },
      witnesses: [
        { url: agreeing.client.url, answer: 'agrees' },
        { url: lying.client.url, answer: 'refused', code: 'light.next-validators' },
        { answer: 'silent', code: 'cli.node-unreachable' },
        { answer: 'refused', code: 'light.form' },
      ],
    })
  })

  it('who all do not agree leave the trust file as it is', async () => {
    const witnesses = [new NodeClient('http://127.0.0.1:1')]
    expect(await codeOf(update(await node(), { witnesses }))).toBe('cli.no-witness')
  })

  it('may be a moment behind', async () => {
    let times = 0
    const slow = await node((height) => (times++ < 2 ? undefined : at(height)))
    const done = await update(await node(), { witnesses: [slow.client] })
    expect(done).toMatchObject({ witnesses: [{ answer: 'agrees' }] })
  })

  it('that show another chain of valid headers prove a fork, whoever of the two lies', async () => {
    // The two chains part at height 150.
    const parted = await node((height) => (height < 150n ? at(height) : fork(height)))
    const seen = await update(await node(), { witnesses: [parted.client] })
    if (!('conflict' in seen)) return expect.unreachable()
    expect(seen.refusal).toMatchObject({ code: 'light.conflicting-header' })
    const read = parseEvidence(encodeEvidence(seen.conflict))
    const judged = judgeConflict({ ...read, common: trust }, voteVerifier)
    expect(judged.height).toBe(300n)
    expect(judged.culprits).toHaveLength(4)
  })
})
