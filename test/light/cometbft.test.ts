import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  commitHash,
  consensusParametersHash,
  followHeader,
  headerHash,
  orderValidators,
  rawValidatorKey,
  resultsHash,
  transactionsHash,
  trustFrom,
  type Validator,
  validatorAddress,
  validatorsHash,
  voteSignBytes,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { blockId, bytes, commit, header, timestamp, validators } from './arbitraries.ts'
import { era } from './chain.ts'
import { askCometbft, buildCometbftLibrary, type Question } from './cometbft-library.ts'
import { period, type Step, step } from './steps.ts'

beforeAll(buildCometbftLibrary, 600_000)

/** Compares a batch at a time: starting the Go program costs more than its answers. */
function agrees<Input>(
  input: fc.Arbitrary<Input>,
  question: (input: Input) => Question,
  ours: (input: Input) => unknown,
): void {
  fc.assert(
    fc.property(fc.array(input, { minLength: 1, maxLength: 60, size: 'max' }), (inputs) => {
      expect(inputs.map(ours)).toEqual(askCometbft(inputs.map(question)))
    }),
    { numRuns: 10 },
  )
}

describe("CometBFT's Go library gives the same", () => {
  it('hash of any header', () => {
    agrees(
      header,
      (one) => ({ ask: 'headerHash', header: one }),
      (one) => toHex(headerHash(one)),
    )
  })

  it('order, addresses and hash of any validator set', () => {
    agrees(
      fc
        .tuple(validators, fc.integer())
        .map(([set, seed]) => [...set].sort((a, b) => shuffled(a.power, b.power, seed))),
      (set) => ({
        ask: 'validatorSet',
        validators: set.map(({ key, power }) => ({ key: rawValidatorKey(key), power })),
      }),
      (set) => {
        const ordered = orderValidators(set)
        return {
          hash: toHex(validatorsHash(ordered)),
          keys: ordered.map(({ key }) => toHex(rawValidatorKey(key))),
          first: toHex(validatorAddress(ordered[0]!.key)),
        }
      },
    )
  })

  it('hash of any commit, absent votes included', () => {
    agrees(
      commit,
      ({ votes, validators: set }) => ({
        ask: 'commitHash',
        votes,
        validators: set.map(({ key, power }) => ({ key: rawValidatorKey(key), power })),
      }),
      ({ votes, validators: set }) => toHex(commitHash(votes, set)),
    )
  })

  it('bytes that a validator signs for any precommit', () => {
    agrees(
      fc.record({
        chainId: fc.string({ maxLength: 50 }),
        height: fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }),
        round: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
        blockId,
        time: timestamp,
      }),
      (vote) => ({ ask: 'voteSignBytes', ...vote }),
      (vote) => toHex(voteSignBytes(vote.chainId, vote.height, vote.round, vote.blockId, vote.time)),
    )
  })

  it('hash of any list of transactions', () => {
    agrees(
      fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 20 }),
      (items) => ({ ask: 'transactionsHash', items: items.map((item) => Uint8Array.from(item)) }),
      (items) => toHex(transactionsHash(items)),
    )
  })

  it('hash of any list of results', () => {
    agrees(
      fc.array(
        fc.record({ code: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 })), data: bytes(5) }),
        { maxLength: 20 },
      ),
      (results) => ({ ask: 'resultsHash', results }),
      (results) => toHex(resultsHash(results)),
    )
  })

  it('hash of any consensus parameters, unlimited gas included', () => {
    agrees(
      fc.record({
        maximumBytes: fc.bigInt({ min: -1n, max: 104_857_600n }),
        maximumGas: fc.oneof(fc.constant(-1n), fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })),
      }),
      (parameters) => ({ ask: 'consensusParametersHash', ...parameters }),
      ({ maximumBytes, maximumGas }) => toHex(consensusParametersHash(maximumBytes, maximumGas)),
    )
  })
})

describe("CometBFT's light.Verify", () => {
  // It takes either set: that of the trusted height, or the next one.
  it.each([
    ['the trusted set', 15, (one: Step) => one.trustedSet],
    ['the next set', 6, (one: Step) => one.nextSet],
  ])(
    'accepts every step by %s that we accept, and we every one that it accepts unless a vote is forged',
    (_, numRuns, setOf) => {
      let accepted = 0
      let refused = 0
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
          const answers = theirs(steps, setOf)
          for (const [index, one] of steps.entries()) {
            const verdict = ours(one, setOf(one))
            const accept = typeof verdict !== 'string'
            if (accept) accepted++
            else refused++
            // It stops at two thirds, so it may miss a forged vote that we refuse.
            if (accept || !one.forged)
              expect({ accept, why: [verdict, answers[index]] }).toMatchObject({ accept: answers[index] === '' })
            else expect(verdict).toMatch(/^light\./)
          }
        }),
        { numRuns },
      )
      expect(accepted).toBeGreaterThan(3)
      expect(refused).toBeGreaterThan(3)
    },
  )
})

function ours({ trusted, trustedSet, signed, set, now, threshold }: Step, vouching: readonly Validator[]): unknown {
  const given = { signed: trusted, validators: trustedSet, eras: [era], trustingPeriod: period, threshold }
  const pinned = trustFrom(given, voteVerifier)
  const trust = vouching === trustedSet ? pinned : { ...pinned, nextValidators: vouching }
  return refusalOf(() => followHeader(trust, { signed, validators: set }, { now, verifier: voteVerifier }))
}

function theirs(steps: readonly Step[], setOf: (one: Step) => readonly Validator[]): readonly unknown[] {
  const raw = (set: readonly Validator[]) => set.map(({ key, power }) => ({ key: rawValidatorKey(key), power }))
  return askCometbft(
    steps.map((one) => ({
      ask: 'verify',
      // Its votes are looked at by nobody, and need not fit the set that vouches.
      trusted: { ...one.trusted, votes: [] },
      trustedValidators: raw(setOf(one)),
      signed: one.signed,
      validators: raw(one.set),
      trustingPeriod: period,
      now: one.now,
      threshold: one.threshold.map(Number),
    })),
  )
}

function shuffled(a: bigint, b: bigint, seed: number): number {
  return Number(((a ^ BigInt(seed)) % 7n) - ((b ^ BigInt(seed)) % 7n))
}
