import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSignedHeader, encodeSignedHeader, headerHash, verifySignedHeader } from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { blockId, bytes, commit, header } from './arbitraries.ts'
import { flipEachBit, quickVerifier } from './bit-flips.ts'
import { block, chainId, digest, validatorSet } from './chain.ts'

const set = validatorSet({ a: 3n, b: 1n })

describe('a signed header as bytes', () => {
  it('comes back as it was', () => {
    for (const height of [1n, 2n, 1n << 33n]) {
      const signed = block(height, set)
      expect(decodeSignedHeader(encodeSignedHeader(signed))).toEqual(signed)
    }
  })

  it('comes back as it was, for any header with whole hashes and at least one vote', () => {
    const whole = header
      .filter((one) => Object.values(one).every((part) => !(part instanceof Uint8Array) || part.length >= 20))
      .filter(({ appHash }) => appHash.length === 32)
      .map((one) => ({ ...one, chainId }))
    fc.assert(
      fc.property(whole, commit, blockId, fc.nat(), (one, { votes }, { partsTotal, partsHash }, round) => {
        fc.pre(votes.length > 0)
        const signed = { header: one, round, blockId: { hash: headerHash(one), partsTotal, partsHash }, votes }
        expect(decodeSignedHeader(encodeSignedHeader(signed))).toEqual(signed)
      }),
    )
  })

  it('takes about 470 bytes and 80 for each vote', () => {
    const size = (voters: readonly number[]) => encodeSignedHeader(block(1000n, set, {}, voters)).length
    expect(size([0])).toBeLessThan(560)
    expect(size([0, 1]) - size([0])).toBeLessThan(82)
  })

  it('has no hash of the block, so that it cannot be written with another one', () => {
    const signed = block(7n, set)
    const other = { ...signed, blockId: { ...signed.blockId, hash: digest('another block') } }
    expect(refusalOf(() => encodeSignedHeader(other))).toBe('light.block-hash')
  })

  it('is refused for each single flipped bit', () => {
    const signed = block(7n, set, {}, [0])
    const encoded = encodeSignedHeader(signed)
    const verifier = quickVerifier(signed)
    const verify = (flipped: Uint8Array) => verifySignedHeader(decodeSignedHeader(flipped), set, chainId, verifier)
    expect(verify(encoded)).toBeUndefined()
    expect(flipEachBit(encoded, verify).unnoticed).toEqual([])
  })
})

describe('a signed header with', () => {
  const signed = block(7n, set)
  const { header: sound, votes } = signed
  it.each([
    ['no vote', { votes: [] }, 'codec.schema'],
    ['a short signature', { votes: [{ ...votes[0]!, signature: new Uint8Array(63) }] }, 'codec.schema'],
    ['a negative round', { round: -1 }, 'codec.schema'],
    ['a round beyond int32', { round: 2 ** 31 }, 'codec.schema'],
    ['a vote of a validator beyond any set', { votes: [{ ...votes[0]!, validator: 256 }] }, 'codec.schema'],
    [
      'a second of a billion nanoseconds',
      { votes: [{ ...votes[0]!, time: { seconds: 1n, nanos: 1e9 } }] },
      'codec.schema',
    ],
    ['a time before 1970', { votes: [{ ...votes[0]!, time: { seconds: -1n, nanos: 0 } }] }, 'codec.schema'],
    ['a time after 9999', { votes: [{ ...votes[0]!, time: { seconds: 253_402_300_800n, nanos: 0 } }] }, 'light.header'],
  ])('%s is not written', (_, change, code) => {
    expect(refusalOf(() => encodeSignedHeader({ ...signed, ...change }))).toBe(code)
  })

  it.each([
    ['height 0', { height: 0n }, 'light.header'],
    ['a height beyond int64', { height: 1n << 63n }, 'light.header'],
    ['an app hash of 31 bytes', { appHash: new Uint8Array(31) }, 'codec.schema'],
    ['a foreign form of chain id', { chainId: 'Test' }, 'codec.schema'],
  ])('%s is not written', (_, change, code) => {
    const changed = { ...sound, ...change }
    const whole = { ...signed, header: changed, blockId: { ...signed.blockId, hash: headerHash(changed) } }
    expect(refusalOf(() => encodeSignedHeader(whole))).toBe(code)
  })
})

describe('random bytes', () => {
  it('are no signed header', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600 }).chain(bytes), (random) => {
        expect(refusalOf(() => decodeSignedHeader(random))).toMatch(/^codec\./)
      }),
    )
  })
})
