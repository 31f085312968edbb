import { describe, expect, it } from 'vitest'
import {
  decodeTrust,
  defaultThreshold,
  encodeTrust,
  maximumTrustingPeriod,
  type Trust,
  trustedUntil,
  trustFrom,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { flipEachBit } from './bit-flips.ts'
import { block, chainId, digest, era, genesisTime, validatorSet } from './chain.ts'

const set = validatorSet({ a: 3n, b: 2n, c: 1n })
const next = validatorSet({ a: 3n, b: 2n, d: 9n })
const signed = block(10n, set, { next })
const pinned = { signed, validators: set, eras: [era], trustingPeriod: 86_400_000n }
const trust = trustFrom(pinned)

describe('pinning a signed header', () => {
  it('takes from it all that later steps need', () => {
    expect(trust).toMatchObject({
      chain: chainId,
      height: 10n,
      headerHash: signed.blockId.hash,
      time: signed.header.time,
      nextValidatorsHash: signed.header.nextValidatorsHash,
      threshold: defaultThreshold,
    })
    expect(trustedUntil(trust)).toBe(genesisTime + 10_000n + 86_400_000n)
  })

  it('refuses one without enough votes', () => {
    const few = { ...pinned, signed: block(10n, set, {}, [1, 2]) }
    expect(refusalOf(() => trustFrom(few))).toBe('light.not-enough-power')
  })
})

describe('a trust file', () => {
  it('comes back as it was', () => {
    expect(decodeTrust(encodeTrust(trust))).toEqual(trust)
    const two = { ...trust, eras: [era, { genesis: digest('second genesis'), from: 10n }] }
    expect(decodeTrust(encodeTrust(two))).toEqual(two)
  })

  it('is refused for each single flipped bit', () => {
    const { unnoticed, codes } = flipEachBit(encodeTrust(trust), decodeTrust)
    expect(unnoticed).toEqual([])
    expect([...codes]).toEqual(['trust.checksum'])
  })

  it.each<[string, Partial<Trust>, string]>([
    ['no era', { eras: [] }, 'trust.eras'],
    ['a first era of another chain', { eras: [{ genesis: digest('other'), from: 1n }] }, 'trust.eras'],
    ['an era from height 0', { eras: [{ ...era, from: 0n }] }, 'trust.eras'],
    [
      'eras that do not rise',
      {
        eras: [
          { ...era, from: 5n },
          { ...era, from: 5n },
        ],
      },
      'trust.eras',
    ],
    ['a height before its last era', { eras: [era, { ...era, from: 11n }] }, 'trust.eras'],
    ['a height beyond int64', { height: 1n << 63n }, 'trust.height'],
    ['a time after 9999', { time: { seconds: 253_402_300_800n, nanos: 0 } }, 'trust.height'],
    ['no trusting period', { trustingPeriod: 0n }, 'trust.period'],
    ['an endless trusting period', { trustingPeriod: maximumTrustingPeriod + 1n }, 'trust.period'],
    ['a threshold below a third', { threshold: [33n, 100n] }, 'trust.threshold'],
    ['a threshold above two thirds', { threshold: [67n, 100n] }, 'trust.threshold'],
    ['validators out of order', { validators: [...set].reverse() }, 'light.validator-set'],
    ['no validators', { validators: [] }, 'light.validator-set'],
  ])('with %s is not written', (_, change, code) => {
    expect(refusalOf(() => encodeTrust({ ...trust, ...change }))).toBe(code)
  })
})
