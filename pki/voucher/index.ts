/**
 * Vouchers: a line's permission for devices in a range of serial numbers to publish their own certificates until a date.
 * Pure code: the same functions judge in a block and on a node that carries certificates.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto/portable`, `src/governance`, `src/module` (types), and
 * `pki/certificate`. Start reading at `voucher.ts` (its bytes), then `authority.ts` (what it permits), then `issue.ts`.
 */
export { requireCovered, requireLineKeys } from './authority.ts'
export { voucherError } from './errors.ts'
export { issueVoucher, type VoucherOrder, type VoucherSigner } from './issue.ts'
export { maximumVoucherBytes, maximumVoucherKeys } from './limits.ts'
export { DeviceSerial, isRising, isWithin, SerialRange } from './serial-range.ts'
export { maximumVoucherText, voucherFromText, voucherText, voucherTextPattern } from './text.ts'
export { decodeVoucher, encodeVoucher, type Voucher, VoucherTerms, voucherMessage } from './voucher.ts'
