/** Vouchers for tests: sound ones, and ones that are wrong in one place. */
import { issueVoucher, type VoucherOrder, type VoucherTerms, voucherMessage } from '../../../pki/voucher/index.ts'
import { encodeCbor } from '../../../src/codec/index.ts'
import { type TestKey, testKey } from '../../ledger/members.ts'

export const order: VoucherOrder = {
  chain: 'bare-0123abcd',
  manufacturer: 'maker-bb',
  serials: { from: 'LOT-000', to: 'LOT-499' },
  expires: 1_800_003_600_000n,
}

export const voucherOf = (changes: Partial<VoucherOrder> = {}, keys: readonly TestKey[] = [testKey('ES256')]) =>
  issueVoucher({ ...order, ...changes }, keys)

/** Bytes that our own code would not write: the terms as they are given, signed all the same. */
export function rawVoucher(
  changes: Partial<VoucherTerms>,
  key: TestKey,
  signatures?: readonly Uint8Array[],
): Uint8Array {
  const { chain, manufacturer, serials, expires, keys } = { ...order, keys: [key.key.spki], ...changes }
  const terms = encodeCbor([chain, manufacturer, [serials.from, serials.to], expires, keys])
  return encodeCbor([terms, signatures ?? [key.sign(voucherMessage(terms))]])
}
