import { describe, expect, it } from 'vitest'
import { equalBytes } from '../../src/codec/index.ts'
import {
  followHeader,
  maximumClockDrift,
  type SignedHeader,
  type Trust,
  timestampFromMilliseconds,
  trustFrom,
  type Validator,
  validatorsHash,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { block, chainId, digest, era, genesisTime, validatorSet } from './chain.ts'

const day = 86_400_000n
const old = validatorSet({ a: 10n, b: 10n, c: 10n, d: 10n })
/** Shares two of four with the old set. */
const half = validatorSet({ a: 10n, b: 10n, x: 10n, y: 10n })
const strangers = validatorSet({ v: 10n, w: 10n, x: 10n, y: 10n })
const now = genesisTime + 100_000n

function pin(signed: SignedHeader, validators: readonly Validator[], threshold?: Trust['threshold']): Trust {
  const given = { signed, validators, eras: [era], trustingPeriod: day }
  return trustFrom(threshold === undefined ? given : { ...given, threshold })
}

const trust = pin(block(10n, old), old)
const follow = (signed: SignedHeader, validators: readonly Validator[], at = now, from = trust) =>
  followHeader(from, { signed, validators }, { now: at })

describe('the next header', () => {
  it('moves trust to it', () => {
    const signed = block(11n, old, { next: half })
    const followed = follow(signed, old)
    expect(followed.height).toBe(11n)
    expect(followed.headerHash).toEqual(signed.blockId.hash)
    expect(followed.time).toEqual(signed.header.time)
    expect(equalBytes(followed.nextValidatorsHash, validatorsHash(half))).toBe(true)
  })

  it('brings in validators that were announced, even all new ones', () => {
    const announced = pin(block(10n, old, { next: strangers }), old)
    expect(follow(block(11n, strangers), strangers, now, announced).validators).toEqual(strangers)
  })

  it('is refused with validators that were not announced', () => {
    expect(refusalOf(() => follow(block(11n, half), half))).toBe('light.next-validators')
  })
})

describe('a later header', () => {
  it('is trusted with votes of more than a third of the trusted power', () => {
    expect(follow(block(50n, half), half).validators).toEqual(half)
  })

  it('is refused with exactly a third', () => {
    const three = validatorSet({ a: 10n, b: 10n, c: 10n })
    const one = validatorSet({ a: 100n, x: 10n, y: 10n })
    const signed = block(50n, one)
    expect(refusalOf(() => follow(signed, one, now, pin(block(10n, three), three)))).toBe(
      'light.not-enough-trusted-power',
    )
  })

  it('counts only trusted validators who voted', () => {
    const more = validatorSet({ a: 10n, b: 10n, v: 20n, w: 20n, x: 20n })
    const without = more.flatMap(({ power }, index) => (power === 20n ? [index] : [])).concat([3])
    expect(refusalOf(() => follow(block(50n, more, {}, without), more))).toBe('light.not-enough-trusted-power')
  })

  it('needs more where the reader asks for more', () => {
    const wary = pin(block(10n, old), old, [2n, 3n])
    expect(refusalOf(() => follow(block(50n, half), half, now, wary))).toBe('light.not-enough-trusted-power')
  })

  it('of foreign validators is refused', () => {
    expect(refusalOf(() => follow(block(50n, strangers), strangers))).toBe('light.not-enough-trusted-power')
  })

  it('needs two thirds of its own set too', () => {
    expect(refusalOf(() => follow(block(50n, half, {}, [0, 1]), half))).toBe('light.not-enough-power')
  })

  it('is refused for a forged vote', () => {
    const signed = block(50n, half)
    const forged = { ...signed, votes: signed.votes.with(3, { ...signed.votes[3]!, signature: new Uint8Array(64) }) }
    expect(refusalOf(() => follow(forged, half))).toBe('light.vote-signature')
  })
})

describe('every header', () => {
  it('of another chain is refused', () => {
    expect(refusalOf(() => follow(block(50n, old, { chainId: `other-${chainId.slice(-8)}` }), old))).toBe(
      'light.foreign-chain',
    )
  })

  it('that is older than the trusted one is refused', () => {
    expect(refusalOf(() => follow(block(9n, old), old))).toBe('light.height-order')
  })

  it.each([0n, -1n])('whose time is %s ms after the trusted time is refused', (difference) => {
    const time = timestampFromMilliseconds(genesisTime + 10_000n + difference)
    expect(refusalOf(() => follow(block(11n, old, { time }), old))).toBe('light.time-order')
  })

  it('one nanosecond later is late enough', () => {
    const time = { ...trust.time, nanos: trust.time.nanos + 1 }
    expect(follow(block(11n, old, { time }), old).time).toEqual(time)
  })

  it('is refused from the moment that the trusting period ends', () => {
    const end = genesisTime + 10_000n + day
    const time = timestampFromMilliseconds(genesisTime + 20_000n)
    expect(refusalOf(() => follow(block(11n, old, { time }), old, end))).toBe('light.trust-expired')
    expect(follow(block(11n, old, { time }), old, end - 1n).height).toBe(11n)
  })

  it('from the future is refused, beyond the drift of clocks', () => {
    const signed = block(11n, old, { time: timestampFromMilliseconds(now + maximumClockDrift) })
    expect(refusalOf(() => follow(signed, old))).toBe('light.from-the-future')
    expect(follow(signed, old, now + 1n).height).toBe(11n)
  })
})

describe('the trusted height', () => {
  it('with the same header changes nothing', () => {
    expect(follow(block(10n, old), old)).toBe(trust)
  })

  it('with another header that trusted validators signed is a conflict', () => {
    expect(refusalOf(() => follow(block(10n, old, { appHash: digest('fork') }), old))).toBe('light.conflicting-header')
  })

  it('with another header that strangers signed is no conflict, only refused', () => {
    expect(refusalOf(() => follow(block(10n, strangers), strangers))).toBe('light.not-enough-trusted-power')
  })
})
