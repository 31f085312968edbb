/** What a voucher is as bytes and as text, and what its signatures are over. */
import { describe, expect, it } from 'vitest'
import {
  decodeVoucher,
  maximumVoucherBytes,
  maximumVoucherKeys,
  maximumVoucherText,
  voucherFromText,
  voucherText,
} from '../../../pki/voucher/index.ts'
import { toHex, utf8 } from '../../../src/codec/index.ts'
import { verifySignature } from '../../../src/crypto/index.ts'
import { testKey } from '../../ledger/members.ts'
import { order, voucherOf } from './lot.ts'

describe('a voucher', () => {
  it('reads as it was issued, and its signatures are by the keys that it names', async () => {
    const keys = [testKey('ES256'), testKey('EdDSA')]
    const voucher = decodeVoucher(await voucherOf({}, keys))
    expect(voucher).toMatchObject(order)
    expect(voucher.keys).toEqual(keys.map(({ key }) => key))
    expect(voucher.checks.map(({ key, message, signature }) => verifySignature(key, message, signature))).toEqual([
      true,
      true,
    ])
  })

  it('is signed in words of its own, so that its signature fits nothing else', async () => {
    const [check] = decodeVoucher(await voucherOf()).checks
    expect(toHex(check!.message)).toContain(toHex(utf8('commonroot voucher')))
  })

  it('of equal bytes is one object with one set of checks: a batch verifies it once', async () => {
    const bytes = await voucherOf()
    const within = new Uint8Array(bytes.length + 2)
    within.set(bytes, 1)
    expect(decodeVoucher(within.subarray(1, -1))).toBe(decodeVoucher(bytes))
    expect(decodeVoucher(await voucherOf())).not.toBe(decodeVoucher(bytes))
  })

  it('is forgotten when many others came after it, and reads the same again', async () => {
    const bytes = await voucherOf()
    const first = decodeVoucher(bytes)
    for (let count = 0; count < 70; count++) decodeVoucher(await voucherOf({ expires: BigInt(count) }))
    expect(decodeVoucher(bytes)).not.toBe(first)
    expect(decodeVoucher(bytes)).toEqual(first)
  })

  it('with the most keys and the longest words still fits', async () => {
    const serials = { from: 'A'.repeat(64), to: 'Z'.repeat(64) }
    const changes = {
      chain: `${'c'.repeat(41)}-0123abcd`,
      manufacturer: 'm'.repeat(32),
      serials,
      expires: 2n ** 64n - 1n,
    }
    const keys = Array.from({ length: maximumVoucherKeys }, () => testKey('ES256'))
    const bytes = await voucherOf(changes, keys)
    expect(bytes.length).toBeLessThanOrEqual(maximumVoucherBytes)
    expect(voucherText(bytes).length).toBeLessThanOrEqual(maximumVoucherText)
    expect(maximumVoucherText).toBeLessThanOrEqual(2048)
  })

  it('is one line of text and back', async () => {
    const bytes = await voucherOf()
    expect(voucherText(bytes)).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(toHex(voucherFromText(voucherText(bytes)))).toBe(toHex(bytes))
  })
})
