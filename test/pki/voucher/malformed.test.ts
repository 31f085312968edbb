/** Vouchers that nobody issues: each is refused as malformed, with a reason, whatever is wrong. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeVoucher, maximumVoucherBytes, voucherFromText, voucherText } from '../../../pki/voucher/index.ts'
import { concat } from '../../../src/codec/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { testKey } from '../../ledger/members.ts'
import { rawVoucher, voucherOf } from './lot.ts'

const key = testKey('ES256')
const sound = await voucherOf({}, [key])

describe('bytes', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    ['none', () => new Uint8Array(0), /ends at byte 0/],
    ['cut short', () => sound.subarray(0, -1), /ends at byte/],
    ['with a byte behind', () => concat(sound, Uint8Array.of(0)), /1 bytes follow/],
    ['too many', () => new Uint8Array(maximumVoucherBytes + 1), /more than 1536 bytes/],
    ['of another form', () => Uint8Array.of(0xa0), /array of 2/],
    ['that name no chain', () => rawVoucher({ chain: 'bare' }, key), /chain/],
    ['that name no member', () => rawVoucher({ manufacturer: 'Maker' }, key), /manufacturer/],
    ['with an empty serial', () => rawVoucher({ serials: { from: '', to: '' } }, key), /from/],
    ['with serials of two lengths', () => rawVoucher({ serials: { from: 'A9', to: 'A10' } }, key), /equal length/],
    ['with a range that falls', () => voucherOf({ serials: { from: 'A2', to: 'A1' } }), /rising order/],
    ['without a key', () => rawVoucher({ keys: [] }, key), /keys/],
    ['with a key that is none', () => rawVoucher({ keys: [new Uint8Array(91)] }, key), /91 bytes/],
    [
      'with a signature too many',
      () => rawVoucher({}, key, [key.sign(sound), key.sign(sound)]),
      /one signature for each/,
    ],
    ['with a key given twice', () => voucherOf({}, [key, key]), /twice/],
  ])('%s are refused', async (_, make, reason) => {
    const thrown: unknown = await Promise.resolve()
      .then(async () => decodeVoucher(await make()))
      .catch((error: unknown) => error)
    expect(thrown).toMatchObject({
      message: expect.stringMatching(reason),
      code: 'voucher.malformed',
    })
  })

  it('with one bit changed are refused, or read as a voucher whose signature no longer holds', () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(7), (at, bit) => {
        const changed = sound.with(at, sound[at]! ^ (1 << bit))
        try {
          const { checks } = decodeVoucher(changed)
          const [original] = decodeVoucher(sound).checks
          expect(checks).not.toEqual([original])
        } catch (error) {
          expect(error).toBeInstanceOf(CommonrootError)
          expect(error).toMatchObject({ code: 'voucher.malformed' })
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('text', () => {
  const text = voucherText(sound)

  it.each([
    ['none', ''],
    ['padded', `${text}=`],
    ['of the other alphabet', '+/+/'],
    ['with a blank', `${text} `],
    ['with a line end', `${text}\n`],
    ['of a length that no bytes have', 'AAAAA'],
    ['with bits behind the last byte', 'AB'],
    ['too long', 'A'.repeat(2052)],
  ])('%s is refused', (_, given) => {
    expect(() => voucherFromText(given)).toThrow(/is not 1 to 2048 characters of base64url/)
  })
})
