import { describe, expect, it } from 'vitest'
import { voteVerifier } from '../../src/crypto/index.ts'
import { type FollowConditions, followHeaders, judgeConflict, type LightBlock } from '../../src/light/index.ts'
import { digest, genesisTime, validatorSet } from './chain.ts'
import { abcd, abxy, day, lightBlock, now, pinned, vwxy } from './light-blocks.ts'

const sets = { 1: abcd, 10: abxy, 20: vwxy }
const at = (height: bigint, given: Parameters<typeof lightBlock>[2] = {}) => lightBlock(sets, height, given)
const trusted = pinned(at(5n))
const follow = (blocks: readonly LightBlock[], given: Partial<FollowConditions> = {}, from = trusted) =>
  followHeaders(from, blocks, { now, verifier: voteVerifier, ...given })
const fork = (height: bigint) => at(height, { appHash: digest('fork') })

describe('light blocks of a file', () => {
  it('are followed one by one', () => {
    const blocks = Array.from({ length: 20 }, (_, index) => at(BigInt(index) + 6n))
    expect(follow(blocks)).toEqual({ reached: expect.objectContaining({ height: 25n, validators: vwxy }) })
  })

  it('are followed by skipping, over as many changes of validators as trust carries', () => {
    expect(follow([at(15n), at(25n)]).reached.height).toBe(25n)
    expect(follow([at(25n)])).toMatchObject({
      reached: { height: 5n },
      refusal: { code: 'light.not-enough-trusted-power' },
    })
  })

  it('are skipped to by the next set, where it is known: it is newer than the one that signed', () => {
    // At 9 the next set is abxy already, which has half of vwxy.
    expect(follow([at(9n), at(25n)]).reached.height).toBe(25n)
    const { nextValidators: _, ...ownOnly } = at(9n)
    expect(follow([ownOnly, at(25n)]).refusal?.code).toBe('light.not-enough-trusted-power')
  })

  it('are followed from an older header where the newest does not vouch: validators left and came back', () => {
    const returning = { 1: abcd, 6: validatorSet({ a: 10n, e: 1n }), 7: validatorSet({ e: 1n }), 9: abcd }
    const blocks = [6n, 7n, 12n].map((height) => lightBlock(returning, height))
    const from = pinned(lightBlock(returning, 5n))
    expect(follow(blocks.slice(0, 2), {}, from).reached.height).toBe(7n)
    expect(follow(blocks, {}, from).reached.height).toBe(12n)
  })

  it('stop at the first refusal: what stands before it counts', () => {
    const forged = at(8n, { chainId: 'other' })
    expect(follow([at(6n), forged, at(9n)])).toEqual({
      reached: expect.objectContaining({ height: 6n }),
      refusal: expect.objectContaining({ code: 'light.foreign-chain' }),
    })
  })

  it('may name a header twice', () => {
    expect(follow([at(5n), at(5n), at(9n), at(9n)])).toEqual({ reached: expect.objectContaining({ height: 9n }) })
    const unsigned = { ...at(9n), signed: { ...at(9n).signed, votes: [] } }
    expect(follow([at(9n), unsigned]).refusal?.code).toBe('light.not-enough-power')
  })

  it('are not followed from what has expired, not even the pinned header itself', () => {
    const late = { now: genesisTime + 5000n + day }
    for (const height of [5n, 9n]) expect(follow([at(height)], late).refusal?.code).toBe('light.trust-expired')
  })

  it('have to rise', () => {
    expect(follow([at(9n), at(8n)]).refusal?.code).toBe('light.height-order')
  })
})

describe('a fork', () => {
  it('is recognised by two headers of one height, with the votes of both as proof', () => {
    const { reached, refusal, conflict } = follow([at(9n), fork(9n), at(12n)])
    expect(reached.height).toBe(9n)
    expect(refusal?.code).toBe('light.conflicting-header')
    expect(conflict).toEqual({ common: trusted, one: [at(9n)], other: [fork(9n)] })
    const judged = judgeConflict(conflict!, voteVerifier)
    expect(judged).toMatchObject({ height: 9n, hashes: [at(9n).signed.blockId.hash, fork(9n).signed.blockId.hash] })
    expect(judged.culprits).toEqual(abcd)
  })

  it('is recognised at the pinned height, where the header that is pinned is known by its hash', () => {
    const { refusal, conflict } = follow([fork(5n)])
    expect(refusal?.code).toBe('light.conflicting-header')
    expect(conflict).toEqual({ common: trusted, one: [], other: [fork(5n)] })
    expect(judgeConflict(conflict!, voteVerifier).culprits).toEqual(abcd)
  })

  it('is recognised at every height that was followed, and at no other', () => {
    const { reached, refusal, conflict } = follow([at(9n), at(12n), fork(9n)])
    expect([reached.height, refusal?.code]).toEqual([12n, 'light.conflicting-header'])
    expect(judgeConflict(conflict!, voteVerifier).height).toBe(9n)
    for (const late of [at(9n), fork(8n)]) {
      expect(follow([at(9n), at(12n), late]).refusal?.code).toBe('light.height-order')
    }
  })

  it('names only those who signed both', () => {
    const some = lightBlock(sets, 9n, { appHash: digest('fork') }, [1, 2, 3])
    const { conflict } = follow([at(9n), some])
    expect(judgeConflict(conflict!, voteVerifier).culprits).toEqual(abcd.slice(1))
  })

  it('of other validators is recognised from the header before both', () => {
    // A set of the attackers' own making, in which enough of the trusted ones vote.
    const own = { 1: abcd, 9: validatorSet({ a: 10n, b: 10n, attacker: 1n }) }
    const { refusal, conflict } = follow([at(9n), lightBlock(own, 9n)])
    expect(refusal?.code).toBe('light.conflicting-header')
    const culprits = judgeConflict(conflict!, voteVerifier).culprits.map(({ key }) => key)
    expect(culprits).toHaveLength(2)
    expect(abcd.slice(0, 4).map(({ key }) => key)).toEqual(expect.arrayContaining(culprits))
  })

  it('on longer ways leaves out what both have in common', () => {
    const { conflict } = follow([at(8n), at(15n), at(17n), fork(17n)])
    expect(conflict).toMatchObject({ common: { height: 15n }, one: [at(17n)], other: [fork(17n)] })
    expect(judgeConflict(conflict!, voteVerifier).height).toBe(17n)
  })

  it('is none when the votes of the second header do not count', () => {
    const few = lightBlock(sets, 9n, { appHash: digest('fork') }, [0, 1])
    expect(follow([at(9n), few])).toEqual({
      reached: expect.objectContaining({ height: 9n }),
      refusal: expect.objectContaining({ code: 'light.not-enough-power' }),
    })
    const strangers = lightBlock({ 1: vwxy }, 9n)
    const { refusal, conflict } = follow([at(9n), strangers])
    expect(refusal?.code).toBe('light.not-enough-trusted-power')
    expect(conflict).toBeUndefined()
  })

  it('is none when a vote is forged, or the block id is another than the header', () => {
    const forged = fork(9n)
    const votes = forged.signed.votes.with(0, { ...forged.signed.votes[0]!, signature: new Uint8Array(64) })
    expect(follow([at(9n), { ...forged, signed: { ...forged.signed, votes } }]).refusal?.code).toBe(
      'light.vote-signature',
    )
    const renamed = { ...at(9n).signed, blockId: { ...at(9n).signed.blockId, hash: digest('other') } }
    expect(follow([at(9n), { ...at(9n), signed: renamed }]).refusal?.code).toBe('light.block-hash')
  })
})

describe('a checkpoint', () => {
  const of = (block: LightBlock) => ({ height: block.signed.header.height, headerHash: block.signed.blockId.hash })

  it('is passed by its header, the pinned one too', () => {
    const checkpoints = [of(at(5n)), of(at(9n)), of(at(30n))]
    expect(follow([at(9n), at(12n)], { checkpoints })).toEqual({ reached: expect.objectContaining({ height: 12n }) })
  })

  it('refuses another header of its height, however many signed it', () => {
    const checkpoints = [of(fork(9n))]
    expect(follow([at(9n)], { checkpoints })).toMatchObject({
      reached: { height: 5n },
      refusal: { code: 'light.checkpoint' },
    })
    expect(follow([at(9n)], { checkpoints: [of(fork(5n))] }).refusal?.code).toBe('light.checkpoint')
  })

  it('may not be skipped, and none below the pinned height can be checked', () => {
    expect(follow([at(12n)], { checkpoints: [of(at(9n))] }).refusal?.code).toBe('light.checkpoint-missed')
    expect(follow([at(12n)], { checkpoints: [of(at(4n))] }).refusal?.code).toBe('light.checkpoint-missed')
  })
})
