/** Random headers, votes and validator sets, within the bounds of CometBFT's own types. */
import fc from 'fast-check'
import {
  type BlockId,
  type CommitVote,
  type Header,
  maximumHeight,
  maximumParts,
  orderValidators,
  type Timestamp,
  type Validator,
  validatorKey,
} from '../../src/light/index.ts'

export const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Uint8Array.from(array))

const digestBytes = bytes(32)
const digestOrNothing = fc.oneof({ weight: 9, arbitrary: digestBytes }, { weight: 1, arbitrary: bytes(0) })

export const timestamp: fc.Arbitrary<Timestamp> = fc.record({
  seconds: fc.oneof(fc.bigInt({ min: 0n, max: 4n }), fc.bigInt({ min: 0n, max: 253_402_300_799n })),
  nanos: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
})

export const blockId: fc.Arbitrary<BlockId> = fc.record({
  hash: digestBytes,
  partsTotal: fc.integer({ min: 1, max: maximumParts }),
  partsHash: digestBytes,
})

export const header: fc.Arbitrary<Header> = fc
  .record({
    version: fc.record({ block: fc.bigInt({ min: 0n, max: 300n }), app: fc.bigInt({ min: 0n, max: maximumHeight }) }),
    chainId: fc.string({ maxLength: 50 }),
    height: fc.oneof(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: maximumHeight })),
    time: timestamp,
    lastBlockId: fc.option(blockId, { nil: undefined }),
    lastCommitHash: digestOrNothing,
    dataHash: digestOrNothing,
    // Without this hash, Go's library gives no hash at all.
    validatorsHash: digestBytes,
    nextValidatorsHash: digestOrNothing,
    consensusHash: digestOrNothing,
    appHash: fc.oneof(digestOrNothing, bytes(8)),
    lastResultsHash: digestOrNothing,
    evidenceHash: digestOrNothing,
    proposerAddress: bytes(20),
  })
  .map(({ lastBlockId, ...rest }) => (lastBlockId === undefined ? rest : { ...rest, lastBlockId }))

/** In CometBFT's order. Keys are random bytes: hashing does not care whether they are points. */
export const validators: fc.Arbitrary<readonly Validator[]> = fc
  .uniqueArray(
    fc.record({
      key: bytes(32).map(validatorKey),
      power: fc.oneof(fc.bigInt({ min: 1n, max: 3n }), fc.bigInt({ min: 1n, max: 1n << 50n })),
    }),
    { minLength: 1, maxLength: 12, selector: ({ key }) => key.spki.join() },
  )
  .map(orderValidators)

/** Validators with the votes of some of them. */
export const commit: fc.Arbitrary<{ validators: readonly Validator[]; votes: readonly CommitVote[] }> =
  validators.chain((set) =>
    fc
      .tuple(...set.map(() => fc.option(fc.record({ time: timestamp, signature: bytes(64) }), { nil: undefined })))
      .map((votes) => ({
        validators: set,
        votes: votes.flatMap((vote, validator) => (vote === undefined ? [] : [{ validator, ...vote }])),
      })),
  )
