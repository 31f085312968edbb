import fc from 'fast-check'
import type { CborValue } from '../../src/codec/index.ts'

const edges = [
  0n,
  23n,
  24n,
  255n,
  256n,
  65_535n,
  65_536n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 64n - 1n,
]

const integer = fc.oneof(
  fc.integer({ min: -30, max: 300 }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
  fc.constantFrom(...edges, ...edges.map((edge) => -1n - edge)),
)
const text = fc.string({ unit: 'binary', maxLength: 40 })
const key = fc.oneof(
  text,
  integer.filter((value) => !Object.is(value, -0)),
)

/** Any value of the codec's model, with `number` and `bigint` for the same integers, up to six levels deep. */
export const anyValue: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    integer.map((value) => (Object.is(value, -0) ? 0 : value)),
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 30 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), {
        maxLength: 30,
        selector: ([held]) => `${typeof held === 'string' ? 'text' : 'integer'} ${held}`,
      })
      .map((entries) => new Map(entries)),
  ),
})).value
