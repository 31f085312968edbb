/** Issuing a voucher: what a line does once for a lot, with the keys that its threshold asks for. */
import { encodeAs, type PublicKey } from '../../src/codec/index.ts'
import { encodeVoucher, VoucherTerms, voucherMessage } from './voucher.ts'

export type VoucherOrder = Omit<VoucherTerms, 'keys'>

/** A `line` key and a way to use it. Signatures are in COSE form: r | s for ES256. */
export type VoucherSigner = {
  readonly key: PublicKey
  readonly sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

/**
 * The bytes of a voucher that all of `signers` sign. Whether their keys are the manufacturer's is decided where it is used.
 * @throws codec.schema for terms that no voucher can hold; voucher.malformed for a range that falls or a key given twice
 */
export async function issueVoucher(order: VoucherOrder, signers: readonly VoucherSigner[]): Promise<Uint8Array> {
  const terms = encodeAs(VoucherTerms, { ...order, keys: signers.map(({ key }) => key.spki) })
  const message = voucherMessage(terms)
  return encodeVoucher(terms, await Promise.all(signers.map(({ sign }) => sign(message))))
}
