import { describe, expect, it } from 'vitest'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  decodeProof,
  decodeTrust,
  encodeProof,
  encodeTrust,
  type Fraction,
  leadingHeaders,
  maximumViaHeaders,
  type Validator,
  verifyProof,
  walk,
} from '../../src/light/index.ts'
import { block, validatorSet } from './chain.ts'
import { abcd, abxy, lightBlock, now, pinned, setAt, vwxy } from './light-blocks.ts'
import { leafKey, makeProof, makeState } from './state.ts'

const state = await makeState(['member one'], ['certificate 1', 'certificate 2'])
type Sets = Parameters<typeof setAt>[0]

function lead(sets: Sets, from: bigint, to: bigint, threshold: Fraction = [1n, 3n]) {
  const { signed } = lightBlock(sets, to, { appHash: state.root })
  const ask = async (height: bigint) => lightBlock(sets, height, height === to ? { appHash: state.root } : {})
  return walk(leadingHeaders(lightBlock(sets, from), threshold, signed), ask)
}

/** What a reader with an old trust file makes of a proof for it: both go through their files. */
async function verifyLater(sets: Sets, from: bigint, to: bigint, threshold: Fraction = [1n, 3n]) {
  const trust = decodeTrust(encodeTrust({ ...pinned(lightBlock(sets, from)), threshold }))
  const signed = block(to, setAt(sets, to), { next: setAt(sets, to + 1n), appHash: state.root })
  const via = await lead(sets, from, to, threshold)
  const proof = await makeProof(state, setAt(sets, to), [['records', 'certificate 1']], { signed, via })
  const bytes = encodeProof(proof)
  return { verified: verifyProof(decodeProof(bytes), trust, { now, verifier: voteVerifier }), bytes, via }
}

describe('a proof with the headers that lead to it', () => {
  it.each<[string, Sets, number]>([
    ['the same validators', { 1: abcd }, 0],
    ['some others', { 1: abcd, 40: abxy }, 1],
    ['none that stayed', { 1: abcd, 40: abxy, 60: vwxy }, 2],
    ['all changed at once', { 1: abcd, 40: vwxy }, 8],
    ['all changed at its own height', { 1: abcd, 100: vwxy }, 8],
  ])('is verified by an old trust file: %s', async (_, sets, most) => {
    const { verified, via } = await verifyLater(sets, 5n, 100n)
    expect(verified.trust).toMatchObject({ height: 100n, validators: setAt(sets, 100n) })
    expect(verified.proven[0]!.key).toEqual(leafKey('records', 'certificate 1'))
    expect(via.length).toBeLessThanOrEqual(most)
    expect(via.length).toBeGreaterThanOrEqual(Math.min(most, 1))
  })

  it('has enough votes for a reader who wants more of them', async () => {
    const most = validatorSet({ a: 10n, b: 10n, c: 10n, x: 10n })
    for (const threshold of [
      [1n, 3n],
      [1n, 2n],
      [2n, 3n],
    ] as const) {
      expect((await verifyLater({ 1: abcd, 40: most }, 5n, 100n, threshold)).verified.header.height).toBe(100n)
    }
  })

  it('has none for a reader who is there or further', async () => {
    expect(await lead({ 1: abcd, 3: vwxy }, 9n, 9n)).toEqual([])
    expect(await lead({ 1: abcd, 3: vwxy }, 9n, 2n)).toEqual([])
  })

  it('costs less than a kilobyte for a change of one in four', async () => {
    const most = validatorSet({ a: 10n, b: 10n, c: 10n, x: 10n })
    const without = (await verifyLater({ 1: abcd }, 5n, 100n)).bytes.length
    const added = (await verifyLater({ 1: abcd, 40: most }, 5n, 100n)).bytes.length - without
    expect(added).toBeLessThan(1000)
  })

  it('is refused when validators changed more often than it can hold', async () => {
    const own = (height: number): readonly Validator[] => validatorSet({ [`of ${height}`]: 1n })
    const sets = Object.fromEntries(Array.from({ length: maximumViaHeaders + 9 }, (_, height) => [height, own(height)]))
    await expect(lead(sets, 1n, BigInt(maximumViaHeaders + 5))).rejects.toMatchObject({
      code: 'light.too-many-headers',
    })
  })
})
