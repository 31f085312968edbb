import { describe, expect, it } from 'vitest'
import {
  checkValidatorSet,
  maximumTotalPower,
  maximumValidators,
  orderValidators,
  totalPower,
  type Validator,
  validatorAddress,
  validatorKey,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { digest, validatorSet } from './chain.ts'

const set = validatorSet({ a: 10n, b: 7n, c: 7n, d: 1n })

describe('a validator set', () => {
  it('is ordered by falling power, then rising address', () => {
    expect(set.map(({ power }) => power)).toEqual([10n, 7n, 7n, 1n])
    const [first, second] = set.slice(1, 3).map(({ key }) => Buffer.from(validatorAddress(key)).toString('hex'))
    expect(first! < second!).toBe(true)
    expect(orderValidators([...set].reverse())).toEqual(set)
  })

  it('in order passes', () => {
    expect(checkValidatorSet(set)).toBeUndefined()
    expect(totalPower(set)).toBe(25n)
  })

  it.each<[string, readonly Validator[]]>([
    ['empty', []],
    ['out of order', [...set].reverse()],
    ['equal powers out of order', [set[0]!, set[2]!, set[1]!, set[3]!]],
    ['with a key twice', [set[0]!, { ...set[0]!, power: 2n }]],
    ['with no power', [{ ...set[0]!, power: 0n }]],
    ['with negative power', [{ ...set[0]!, power: -1n }]],
    [
      'with more power than fits',
      [
        { ...set[0]!, power: maximumTotalPower },
        { ...set[3]!, power: 1n },
      ],
    ],
    [
      'with too many validators',
      orderValidators(
        Array.from({ length: maximumValidators + 1 }, (_, index) => ({
          key: validatorKey(digest(`validator ${index}`)),
          power: 1n,
        })),
      ),
    ],
  ])('that is %s is refused', (_, unsound) => {
    expect(refusalOf(() => checkValidatorSet(unsound))).toBe('light.validator-set')
  })

  it('with a key that is not Ed25519 is refused', () => {
    const p256 = { algorithm: 'ES256', spki: new Uint8Array(91) } as const
    expect(refusalOf(() => checkValidatorSet([{ key: p256, power: 1n }]))).toBe('crypto.key-form')
  })
})
