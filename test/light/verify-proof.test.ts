import { describe, expect, it } from 'vitest'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  decodeProof,
  encodeProof,
  forkIn,
  judgeConflict,
  type Proof,
  provenValue,
  timestampFromMilliseconds,
  trimVotes,
  trustFrom,
  verifyProof,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { flipEachBit, quickVerifier } from './bit-flips.ts'
import { block, chainId, digest, era, genesisTime, validatorSet } from './chain.ts'
import { leafKey, leafValue, makeProof, makeState } from './state.ts'

const day = 86_400_000n
const now = genesisTime + 100_000n
const set = validatorSet({ a: 10n, b: 10n, c: 10n, d: 10n })
const half = validatorSet({ a: 10n, b: 10n, x: 10n, y: 10n })
const strangers = validatorSet({ v: 10n, w: 10n, x: 10n, y: 10n })
const trust = trustFrom({ signed: block(5n, set), validators: set, eras: [era], trustingPeriod: day })
const state = await makeState(
  ['member one', 'member two'],
  Array.from({ length: 200 }, (_, index) => `certificate ${index}`),
)
const certificate = ['records', 'certificate 7'] as const
const member = ['standing', 'member one'] as const
const missing = ['records', 'never published'] as const
const verify = (proof: Proof, given: { now?: bigint; maximumAge?: bigint } = {}, from = trust) =>
  verifyProof(proof, from, { now, verifier: voteVerifier, ...given })

describe('a proof', () => {
  it('says what the state held at the height before its header, and how fresh that is', async () => {
    const verified = verify(await makeProof(state, set, [certificate, member, missing]))
    expect(verified.provenHeight).toBe(10n)
    expect(verified.header.height).toBe(11n)
    expect(verified.headerTime).toBe(genesisTime + 11_000n)
    expect(provenValue(verified, certificate[0], leafKey(...certificate))).toEqual(leafValue(certificate[1]))
    expect(provenValue(verified, member[0], leafKey(...member))).toEqual(leafValue(member[1]))
    expect(provenValue(verified, missing[0], leafKey(...missing))).toBeNull()
  })

  it('says nothing of a key that it does not hold, nor of the same key in the other tree', async () => {
    const verified = verify(await makeProof(state, set, [missing]))
    const other = leafKey('records', 'another one')
    expect(refusalOf(() => provenValue(verified, 'records', other))).toBe('proof.not-proven')
    expect(refusalOf(() => provenValue(verified, 'standing', leafKey(...missing)))).toBe('proof.not-proven')
  })

  it('of leaves of one tree carries the root of the other', async () => {
    for (const leaf of [certificate, member, missing]) {
      expect(verify(await makeProof(state, set, [leaf])).proven).toHaveLength(1)
    }
  })

  it('hands on what may be trusted from now on', async () => {
    const proof = await makeProof(state, set, [certificate])
    const newer = verify(proof).trust
    expect(newer).toMatchObject({ height: 11n, headerHash: proof.signed.blockId.hash })
    expect(verify(await makeProof(state, set, [certificate], { height: 2n })).trust).toBe(trust)
  })

  it('comes back from its bytes as it was', async () => {
    const proof = await makeProof(state, set, [certificate, member, missing], {
      via: [{ signed: block(8n, set), validators: set }],
    })
    expect(decodeProof(encodeProof(proof))).toEqual(proof)
  })

  it('of a certificate and its issuer by three of four validators takes about one and a half kilobytes', async () => {
    expect(encodeProof(await makeProof(state, set, [certificate, member])).length).toBeLessThan(1600)
  })

  it('is refused for each single flipped bit', async () => {
    const one = validatorSet({ a: 1n })
    const pinned = trustFrom({ signed: block(5n, one), validators: one, eras: [era], trustingPeriod: day })
    const proof = await makeProof(state, one, [certificate, missing])
    const encoded = encodeProof(proof)
    const conditions = { now, verifier: quickVerifier(proof.signed) }
    const check = (bytes: Uint8Array) => {
      const verified = verifyProof(decodeProof(bytes), pinned, conditions)
      return [certificate, missing].map(([tree, name]) => provenValue(verified, tree, leafKey(tree, name)))
    }
    expect(check(encoded)).toEqual([leafValue(certificate[1]), null])
    expect(flipEachBit(encoded, check).unnoticed).toEqual([])
  }, 60_000)
})

describe('freshness', () => {
  it('is judged by the header, with the age that the reader allows', async () => {
    const proof = await makeProof(state, set, [certificate])
    expect(verify(proof, { maximumAge: 89_000n }).provenHeight).toBe(10n)
    expect(refusalOf(() => verify(proof, { maximumAge: 88_999n }))).toBe('proof.stale')
  })

  it('never lets a header from the future pass', async () => {
    const time = timestampFromMilliseconds(now + 10_000n)
    const signed = block(11n, set, { appHash: state.root, time })
    const proof = await makeProof(state, set, [certificate], { signed })
    expect(refusalOf(() => verify(proof))).toBe('light.from-the-future')
    expect(verify(proof, { now: now + 1n, maximumAge: 0n }).provenHeight).toBe(10n)
  })

  it('ends with the trusting period', async () => {
    const proof = await makeProof(state, set, [certificate])
    const end = genesisTime + 5000n + day
    expect(verify(proof, { now: end - 1n }).provenHeight).toBe(10n)
    expect(refusalOf(() => verify(proof, { now: end }))).toBe('light.trust-expired')
  })
})

describe('what a proof says has to lead to the header', () => {
  it('not to another state', async () => {
    const other = await makeState(['member one'], ['certificate 7'])
    const signed = block(11n, set, { appHash: other.root })
    const proof = await makeProof(state, set, [certificate, member], { signed })
    expect(refusalOf(() => verify(proof))).toBe('proof.root')
  })

  it('not with one leaf of another state among good ones', async () => {
    const other = await makeState([], ['certificate 8', 'certificate 9'])
    const proof = await makeProof(state, set, [certificate, member])
    const proven = [...proof.proven, await other.prove('records', 'certificate 8')].sort(
      (a, b) => a.tree - b.tree || Buffer.compare(a.key, b.key),
    )
    expect(refusalOf(() => verify({ ...proof, proven }))).toBe('proof.root')
  })

  it('not with another value', async () => {
    const proof = await makeProof(state, set, [certificate])
    const proven = proof.proven.map((leaf) => ({ ...leaf, value: Uint8Array.of(0, 1, 9) }))
    expect(refusalOf(() => verify({ ...proof, proven }))).toBe('proof.root')
  })

  it('not with absence claimed of what is there', async () => {
    const proof = await makeProof(state, set, [certificate])
    const proven = proof.proven.map(({ tree, key, path }) => ({ tree, key, path }))
    expect(refusalOf(() => verify({ ...proof, proven }))).toBe('proof.root')
  })

  it('not with trees swapped', async () => {
    const proof = await makeProof(state, set, [certificate])
    const proven = proof.proven.map((leaf) => ({ ...leaf, tree: 0 }))
    expect(refusalOf(() => verify({ ...proof, proven }))).toBe('proof.root')
  })
})

describe('who signed', () => {
  it('has to be of the same chain', async () => {
    const signed = block(11n, set, { appHash: state.root, chainId: `other-${chainId.slice(-8)}` })
    const proof = await makeProof(state, set, [certificate], { signed })
    expect(refusalOf(() => verify(proof))).toBe('light.foreign-chain')
  })

  it('has to be the trusted validators', async () => {
    expect(refusalOf(() => verify({ ...unproven(strangers) }))).toBe('proof.unknown-validators')
    const foreign = unproven(strangers, `other-${chainId.slice(-8)}`)
    expect(refusalOf(() => verify(foreign))).toBe('light.foreign-chain')
  })

  it('may not be exactly two thirds of them', async () => {
    const three = validatorSet({ a: 1n, b: 1n, c: 1n })
    const pinned = trustFrom({ signed: block(5n, three), validators: three, eras: [era], trustingPeriod: day })
    const signed = block(11n, three, { appHash: state.root }, [0, 1])
    const proof = await makeProof(state, three, [certificate], { signed })
    expect(refusalOf(() => verify(proof, {}, pinned))).toBe('light.not-enough-power')
  })

  it('may not be more of them than it takes', async () => {
    const proof = await makeProof(state, set, [certificate])
    const signed = block(11n, set, { appHash: state.root })
    expect(refusalOf(() => verify({ ...proof, signed }))).toBe('light.superfluous-vote')
  })

  it('may be trusted validators before the trusted height, too', async () => {
    const proof = await makeProof(state, set, [certificate], { height: 2n })
    expect(verify(proof).provenHeight).toBe(2n)
  })

  it('may not have signed an older header with a newer time', async () => {
    const time = timestampFromMilliseconds(genesisTime + 5000n)
    const signed = block(3n, set, { appHash: state.root, time })
    const proof = await makeProof(state, set, [certificate], { signed })
    expect(refusalOf(() => verify(proof))).toBe('light.time-order')
  })

  it('may not have signed two headers of the trusted height', async () => {
    const proof = await makeProof(state, set, [certificate], { height: 4n })
    expect(refusalOf(() => verify(proof))).toBe('light.conflicting-header')
  })

  it('may be the trusted header itself', async () => {
    const signed = block(5n, set, { appHash: state.root })
    const pinned = trustFrom({ signed, validators: set, eras: [era], trustingPeriod: day })
    const proof = await makeProof(state, set, [certificate], { signed })
    expect(verify(proof, {}, pinned).trust).toBe(pinned)
  })

  it('of another header than the trusted one of that height is refused, and proves a fork', async () => {
    const signed = block(5n, set, { appHash: state.root })
    const proof = await makeProof(state, set, [certificate], { signed })
    expect(refusalOf(() => verify(proof))).toBe('light.conflicting-header')
    const conflict = forkIn(proof, trust, { now, verifier: voteVerifier })
    expect(judgeConflict(conflict!, voteVerifier).height).toBe(5n)
    const sound = await makeProof(state, set, [certificate], { height: 8n })
    expect(forkIn(sound, trust, { now, verifier: voteVerifier })).toBeUndefined()
  })

  it('has to belong to the era of the trust file', async () => {
    const eras = [era, { genesis: digest('second genesis'), from: 4n }]
    const pinned = trustFrom({ signed: block(5n, set), validators: set, eras, trustingPeriod: day })
    const proof = await makeProof(state, set, [certificate], { height: 2n })
    expect(refusalOf(() => verify(proof, {}, pinned))).toBe('proof.other-era')
  })
})

describe('a proof by later validators', () => {
  const step = { signed: block(9n, half), validators: half }

  it('passes with the headers that lead to them', async () => {
    const proof = await makeProof(state, half, [certificate], { via: [step] })
    expect(verify(proof).trust).toMatchObject({ height: 11n, validators: half })
    expect(verify(decodeProof(encodeProof(proof))).provenHeight).toBe(10n)
  })

  it('passes where the last of these is its own header', async () => {
    const signed = block(11n, half, { appHash: state.root })
    const via = [{ signed: trimVotes(signed, half, trust), validators: half }]
    expect(verify(await makeProof(state, half, [certificate], { signed, via })).provenHeight).toBe(10n)
  })

  it('is refused without them', async () => {
    expect(refusalOf(() => verify(unproven(half)))).toBe('proof.unknown-validators')
  })

  it('is refused when they lead to other validators', async () => {
    const proof = await makeProof(state, strangers, [certificate], { via: [step] })
    expect(refusalOf(() => verify(proof))).toBe('proof.unknown-validators')
  })

  it('is refused when one of them is not trusted', async () => {
    const via = [{ signed: block(9n, strangers), validators: strangers }]
    const proof = await makeProof(state, strangers, [certificate], { via })
    expect(refusalOf(() => verify(proof))).toBe('light.not-enough-trusted-power')
  })

  it.each([
    ['do not rise', [9n, 9n]],
    ['do not begin after the trusted height', [5n]],
    ['go beyond the header', [12n]],
  ])('is refused when they %s', async (_, heights) => {
    const via = heights.map((height) => ({ signed: block(height, set), validators: set }))
    const proof = await makeProof(state, set, [certificate], { via })
    expect(refusalOf(() => verify(proof))).toBe('proof.via-order')
  })
})

/** A proof whose header is refused before its leaves are looked at. */
function unproven(validators: typeof set, chain = chainId): Proof {
  const signed = trimVotes(block(11n, validators, { chainId: chain }), validators)
  const path = { depth: 0, bitmap: new Uint8Array(0), siblings: new Uint8Array(0) }
  return { signed, proven: [{ tree: 1, key: Uint8Array.of(1, 2, 3), path }], otherRoot: digest('x'), via: [] }
}
