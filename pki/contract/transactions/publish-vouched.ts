import { Bytes, Struct } from '../../../src/codec/index.ts'
import { governancePorts, membersSigningFor } from '../../../src/governance/index.ts'
import { type Context, defineBatch } from '../../../src/module/index.ts'
import type { Certificate } from '../../certificate/index.ts'
import {
  decodeVoucher,
  maximumVoucherBytes,
  requireCovered,
  requireLineKeys,
  type Voucher,
  voucherError,
} from '../../voucher/index.ts'
import { maximumBatch } from '../limits.ts'
import { CertificateBytes, PreparedCertificate, type Publisher, publishCertificate, requireInForce } from './publish.ts'

export const VouchedItem = Struct({
  certificate: CertificateBytes,
  voucher: Bytes({ minimum: 1, maximum: maximumVoucherBytes }),
})

/**
 * Publishes what devices submitted one by one. Any member's node carries them; the right to a manufacturer's name is the
 * voucher's, item by item, and the carrier adds nothing to it.
 */
export const publishVouched = defineBatch({
  summary: "Publishes device certificates by their lines' vouchers.",
  item: VouchedItem,
  maximumItems: maximumBatch,
  prepare: ({ certificate: der, voucher: bytes }) => {
    const prepared = new PreparedCertificate(der)
    const voucher = decodeVoucher(bytes)
    return { facts: { prepared, voucher }, checks: [prepared.possession, ...voucher.checks] }
  },
  allow: (context) => {
    membersSigningFor(context, 'node')
  },
  reads: (_item, { prepared, voucher: { manufacturer } }) =>
    prepared.reads(prepared.certificate.subject.organization === manufacturer ? manufacturer : undefined),
  applyItem: (context, _item, { facts: { prepared, voucher }, checks: [possessed, ...signed] }) =>
    publishCertificate(context, prepared, possessed === true, () =>
      vouchingManufacturer(context, prepared.certificate, voucher, signed),
    ),
})

function vouchingManufacturer(
  context: Context,
  certificate: Certificate,
  voucher: Voucher,
  signed: readonly boolean[],
): Publisher {
  requireCovered(voucher, certificate, context)
  const manufacturer = requireLineKeys(voucher, context.call(governancePorts.member, voucher.manufacturer))
  for (const { algorithm } of voucher.keys) requireInForce(context, algorithm)
  if (!signed.every((holds) => holds)) throw voucherError('signature')
  return manufacturer
}
