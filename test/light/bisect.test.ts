import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  type BisectConditions,
  bisect,
  endOf,
  headerHash,
  type LightBlock,
  type Validator,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { digest, genesisTime, validatorSet } from './chain.ts'
import { abcd, abxy, day, lightBlock, now, pinned, type setAt, vwxy } from './light-blocks.ts'

type Sets = Parameters<typeof setAt>[0]

/** The way, and the heights that were asked for. */
function run(sets: Sets, from: bigint, target: bigint, given: Partial<BisectConditions> = {}) {
  return drive(pinned(lightBlock(sets, from)), target, (height) => lightBlock(sets, height), given)
}

function drive(
  trusted: ReturnType<typeof pinned>,
  target: bigint,
  blockOf: (height: bigint) => LightBlock,
  given: Partial<BisectConditions> = {},
) {
  const walk = bisect(trusted, target, { now, verifier: voteVerifier, ...given })
  const asked: bigint[] = []
  let turn = walk.next()
  while (turn.done !== true) {
    asked.push(turn.value)
    turn = walk.next(blockOf(turn.value))
  }
  return { way: turn.value, reached: endOf(turn.value), asked }
}

const heightsOf = ({ way }: ReturnType<typeof run>) => way.steps.map(({ block }) => block.signed.header.height)

describe('bisection', () => {
  it('takes one header where enough validators stay', () => {
    const found = run({ 1: abcd, 40: abxy }, 5n, 400n)
    expect(found.asked).toEqual([400n])
    expect(found.reached).toMatchObject({ height: 400n, validators: abxy })
  })

  it('halves the way where too few stay', () => {
    const found = run({ 1: abcd, 40: abxy, 60: vwxy }, 5n, 105n)
    expect(found.asked).toEqual([105n, 55n])
    expect(heightsOf(found)).toEqual([55n, 105n])
  })

  it('goes down to neighbours where all validators change at once', () => {
    const found = run({ 1: abcd, 40: vwxy }, 5n, 400n)
    expect(found.reached).toMatchObject({ height: 400n, validators: vwxy })
    expect(found.asked.length).toBeLessThan(20)
    // The announcement of the new set lies in the header before it.
    expect(heightsOf(found)).toContain(39n)
  })

  it('leads every chain to its end, in logarithmic many headers for one change', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const set = fc
      .subarray(names, { minLength: 1 })
      .map((chosen): readonly Validator[] => validatorSet(Object.fromEntries(chosen.map((name) => [name, 10n]))))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 2, max: 64 }), set), { maxLength: 4 }), set, (changes, first) => {
        const sets = { 1: first, ...Object.fromEntries(changes) }
        const { reached, asked, way } = run(sets, 1n, 64n)
        expect(reached.headerHash).toEqual(headerHash(lightBlock(sets, 64n).signed.header))
        expect(asked.length).toBeLessThanOrEqual(1 + 12 * changes.length)
        expect(way.steps.length).toBeLessThanOrEqual(asked.length)
      }),
      { numRuns: 40 },
    )
  })

  it('asks for nothing at the height that it stands on', () => {
    expect(run({ 1: abcd }, 5n, 5n)).toMatchObject({ asked: [], reached: { height: 5n } })
  })

  it('asks for every header when it is told to', () => {
    expect(run({ 1: abcd, 7: vwxy }, 5n, 9n, { sequential: true }).asked).toEqual([6n, 7n, 8n, 9n])
  })

  it('stops at each checkpoint', () => {
    const sets = { 1: abcd }
    const checkpoint = (height: bigint) => ({ height, headerHash: lightBlock(sets, height).signed.blockId.hash })
    expect(run(sets, 5n, 90n, { checkpoints: [50n, 20n, 5n, 95n].map(checkpoint) }).asked).toEqual([20n, 50n, 90n])
    const refused = (checkpoints: BisectConditions['checkpoints']) =>
      refusalOf(() => run(sets, 5n, 90n, { checkpoints: checkpoints! }))
    expect(refused([{ height: 50n, headerHash: digest('other') }])).toBe('light.checkpoint')
    expect(refused([{ height: 5n, headerHash: digest('other') }])).toBe('light.checkpoint')
    expect(refused([checkpoint(4n)])).toBe('light.checkpoint-missed')
  })
})

describe('bisection over what a liar gives', () => {
  const sets = { 1: abcd }
  const trusted = pinned(lightBlock(sets, 5n))

  it('refuses a header of another height', () => {
    expect(refusalOf(() => drive(trusted, 9n, () => lightBlock(sets, 8n)))).toBe('light.other-height')
  })

  it('refuses validators of its own making, at the latest next to the trusted header', () => {
    expect(refusalOf(() => drive(trusted, 400n, (height) => lightBlock({ 1: vwxy }, height)))).toBe(
      'light.next-validators',
    )
  })

  it('ends when it is led from header to header without end', () => {
    // Each header has validators of its own, whom only the header before announces.
    const own = (height: bigint) => validatorSet({ [`of ${height}`]: 1n })
    const blocks = (height: bigint) =>
      lightBlock({ [Number(height)]: own(height), [Number(height) + 1]: own(height + 1n) }, height)
    expect(refusalOf(() => drive(pinned(blocks(1n)), 100n, blocks, { limit: 50 }))).toBe('light.too-many-headers')
    expect(drive(pinned(blocks(1n)), 20n, blocks).reached.height).toBe(20n)
  })

  it('refuses to go back', () => {
    expect(refusalOf(() => drive(trusted, 4n, (height) => lightBlock(sets, height)))).toBe('light.height-order')
  })

  it('asks nobody after the trusting period', () => {
    const late = { now: genesisTime + 5000n + day }
    expect(refusalOf(() => drive(trusted, 9n, () => expect.unreachable(), late))).toBe('light.trust-expired')
  })
})
