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
import {
  CertificateBytes,
  certificateReads,
  type Publisher,
  prepareCertificate,
  publishCertificate,
  requireInForce,
} from './publish.ts'

/**
 * Publishes what devices submitted one by one. Any member's node carries them; the right to a manufacturer's name is the
 * voucher's, item by item, and the carrier adds nothing to it.
 */
export const publishVouched = defineBatch({
  summary: "Publishes device certificates by their lines' vouchers.",
  item: Struct({ certificate: CertificateBytes, voucher: Bytes({ minimum: 1, maximum: maximumVoucherBytes }) }),
  maximumItems: maximumBatch,
  prepare: ({ certificate: der, voucher: bytes }) => {
    const { certificate, possession } = prepareCertificate(der)
    const voucher = decodeVoucher(bytes)
    return { facts: { certificate, voucher }, checks: [possession, ...voucher.checks] }
  },
  allow: (context) => {
    membersSigningFor(context, 'node')
  },
  reads: (_item, { certificate, voucher: { manufacturer } }) =>
    certificateReads(certificate, certificate.subject.organization === manufacturer ? manufacturer : undefined),
  applyItem: (context, _item, { facts: { certificate, voucher }, checks: [possessed, ...signed] }) =>
    publishCertificate(context, certificate, possessed === true, () =>
      vouchingManufacturer(context, certificate, voucher, signed),
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
