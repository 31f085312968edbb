/** Random steps of a light client, sound and unsound ones, near the edges of every rule. */
import fc from 'fast-check'
import { type SignedHeader, timestampFromMilliseconds } from '../../src/light/index.ts'
import { block, genesisTime, validatorSet } from './chain.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const powers = fc
  .tuple(...names.map(() => fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) }, fc.constant(0))))
  .filter((list) => list.some((power) => power > 0))
const setOf = (list: readonly number[]) =>
  validatorSet(
    Object.fromEntries(list.flatMap((power, index) => (power === 0 ? [] : [[names[index]!, BigInt(power)]]))),
  )

const trustedHeight = 10n
const trustedTime = genesisTime + 10_000n
export const period = 60_000n

/** One step from a trusted header to another one, sound or not. */
export const step = fc
  .record({
    trusted: powers,
    same: fc.boolean(),
    other: powers,
    announced: fc.boolean(),
    height: fc.constantFrom(9n, 11n, 11n, 12n, 30n, 30n),
    later: fc.constantFrom(-1n, 0n, 1n, 1000n, 1000n, 1000n, 5000n),
    now: fc.constantFrom(-10_000n, -9_999n, 0n, 1000n, 1000n, 1000n, 59_999n, 60_000n),
    absent: fc.integer({ min: 0, max: 63 }),
    absentTwice: fc.integer({ min: 0, max: 63 }),
    forged: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 6, nil: undefined }),
    threshold: fc.constantFrom<[bigint, bigint]>([1n, 3n], [1n, 2n], [2n, 3n]),
  })
  .map((given) => {
    const trustedSet = setOf(given.trusted)
    const set = given.same ? trustedSet : setOf(given.other)
    const time = timestampFromMilliseconds(trustedTime + given.later)
    // Two masks together leave few out: else hardly a header would have enough votes.
    const voters = set.flatMap((_, index) => (((given.absent & given.absentTwice) >> index) & 1 ? [] : [index]))
    const signed = block(given.height, set, { time }, voters)
    return {
      trusted: block(trustedHeight, trustedSet, given.announced ? { next: set } : {}),
      trustedSet,
      nextSet: given.announced ? set : trustedSet,
      signed: given.forged === undefined ? signed : forge(signed, given.forged),
      set,
      now: trustedTime + given.now,
      threshold: given.threshold,
      forged: given.forged !== undefined,
    }
  })
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function forge(signed: SignedHeader, index: number): SignedHeader {
  const votes = signed.votes.map((vote, position) =>
    position === index ? { ...vote, signature: vote.signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) } : vote,
  )
  return { ...signed, votes }
}
