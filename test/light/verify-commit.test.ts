import { describe, expect, it } from 'vitest'
import { type SignedHeader, trimVotes, verifySignedHeader } from '../../src/light/index.ts'
import { refuseSuperfluousVotes } from '../../src/light/verify-commit.ts'
import { refusalOf } from '../codec/refusal.ts'
import { block, chainId, digest, makeHeader, signHeader, validatorSet } from './chain.ts'

const equal = validatorSet({ a: 1n, b: 1n, c: 1n })
const weighted = validatorSet({ a: 50n, b: 30n, c: 10n, d: 9n, e: 1n })
const verify = (signed: SignedHeader, validators = equal) => verifySignedHeader(signed, validators, chainId)

describe('a signed header', () => {
  it('with votes of all validators passes, in any round', () => {
    expect(verify(block(7n, equal))).toBeUndefined()
    expect(verify(signHeader(makeHeader(7n, equal), equal, [0, 1, 2], 3))).toBeUndefined()
  })

  it('with votes of exactly two thirds is refused', () => {
    expect(refusalOf(() => verify(block(7n, equal, {}, [0, 2])))).toBe('light.not-enough-power')
  })

  it('with one more than two thirds passes', () => {
    const set = validatorSet({ a: 667n, b: 333n })
    expect(verify(block(7n, set, {}, [0]), set)).toBeUndefined()
    const less = validatorSet({ a: 666n, b: 333n })
    expect(refusalOf(() => verify(block(7n, less, {}, [0]), less))).toBe('light.not-enough-power')
  })

  it('of another chain is refused', () => {
    const foreign = block(7n, equal, { chainId: 'other-01234567' })
    expect(refusalOf(() => verify(foreign))).toBe('light.foreign-chain')
  })

  it('of a block protocol whose hashing is not known is refused', () => {
    expect(refusalOf(() => verify(block(7n, equal, { version: { block: 12n, app: 1n } })))).toBe('light.header')
  })

  it('is refused with validators that it does not name', () => {
    const other = validatorSet({ a: 1n, b: 1n, x: 1n })
    expect(refusalOf(() => verify(block(7n, equal), other))).toBe('light.validators-hash')
  })

  it('whose votes are for another block is refused', () => {
    const signed = block(7n, equal)
    const swapped = { ...signed, header: { ...signed.header, appHash: digest('other') } }
    expect(refusalOf(() => verify(swapped))).toBe('light.block-hash')
  })

  it.each([
    ['out of order', [1, 0, 2]],
    ['given twice', [0, 0, 1, 2]],
  ])('with votes %s is refused', (_, voters) => {
    const all = block(7n, equal)
    expect(refusalOf(() => verify({ ...all, votes: voters.map((index) => all.votes[index]!) }))).toBe(
      'light.vote-order',
    )
  })

  it.each([3, -1, 0.5])('with a vote of validator %s, whom the set does not have, is refused', (validator) => {
    const all = block(7n, equal)
    const votes = [...all.votes.slice(0, 2), { ...all.votes[2]!, validator }]
    expect(refusalOf(() => verify({ ...all, votes }))).toBe('light.vote-order')
  })

  it('is refused for one wrong signature, also one beyond two thirds', () => {
    const all = block(7n, weighted)
    for (const [index, vote] of all.votes.entries()) {
      const votes = all.votes.with(index, { ...vote, signature: all.votes[(index + 1) % 5]!.signature })
      expect(refusalOf(() => verify({ ...all, votes }, weighted))).toBe('light.vote-signature')
    }
  })

  it('is refused when a time of a vote, the round or the parts are changed', () => {
    const all = block(7n, equal)
    const [first, ...rest] = all.votes
    const changed: SignedHeader[] = [
      { ...all, votes: [{ ...first!, time: { ...first!.time, nanos: 5 } }, ...rest] },
      { ...all, round: 1 },
      { ...all, blockId: { ...all.blockId, partsTotal: 2 } },
      { ...all, blockId: { ...all.blockId, partsHash: digest('other parts') } },
    ]
    for (const signed of changed) expect(refusalOf(() => verify(signed))).toBe('light.vote-signature')
  })
})

describe('trimming votes', () => {
  it('keeps just enough of them, in order', () => {
    const trimmed = trimVotes(block(7n, weighted), weighted)
    expect(trimmed.votes.map(({ validator }) => validator)).toEqual([0, 1])
    expect(verify(trimmed, weighted)).toBeUndefined()
    expect(refuseSuperfluousVotes(trimmed, weighted)).toBeUndefined()
  })

  it('goes on for a reader who trusts only other validators', () => {
    const trusted = { validators: validatorSet({ d: 9n, e: 9n }), threshold: [1n, 3n] } as const
    const trimmed = trimVotes(block(7n, weighted), weighted, trusted)
    expect(trimmed.votes.map(({ validator }) => validator)).toEqual([0, 1, 2, 3])
  })

  it('keeps all where they are too few', () => {
    const few = block(7n, weighted, {}, [1, 2])
    expect(trimVotes(few, weighted)).toEqual(few)
  })

  it('is demanded: one vote more than enough is refused', () => {
    const three = block(7n, weighted, {}, [0, 1, 2])
    expect(refusalOf(() => refuseSuperfluousVotes(three, weighted))).toBe('light.superfluous-vote')
  })
})
