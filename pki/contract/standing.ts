/** Mass revocations in a manufacturer's standing: the same reading for the rules and for every relying party. */
import { decodeAs } from '../../src/codec/index.ts'
import type { Standing } from '../../src/governance/index.ts'
import { isWithin } from '../voucher/index.ts'
import { pkiName } from './collections.ts'
import { type CertificateRecord, MassRevocation } from './schemas.ts'

export type DatedMassRevocation = MassRevocation & { readonly height: bigint; readonly time: bigint }

/** The first mass revocation that covers a certificate, if there is one. */
export function massRevocationOf(record: CertificateRecord, standing: Standing): DatedMassRevocation | undefined {
  const published = record.states[0]!.height
  for (const { module, height, time, content } of standing.facts) {
    if (module !== pkiName || published > height) continue
    const revocation = decodeAs(MassRevocation, content)
    if (covers(revocation, record)) return { ...revocation, height, time }
  }
  return undefined
}

function covers({ model, batch, firmwareBelow, serials }: MassRevocation, record: CertificateRecord): boolean {
  return (
    (model === undefined || model === record.model) &&
    (batch === undefined || batch === record.batch) &&
    (firmwareBelow === undefined || isBelow(record.firmware, firmwareBelow)) &&
    (serials === undefined || isWithin(record.serial, serials))
  )
}

/** Number by number; a version that ends first comes first: 2.1 < 2.1.1 < 2.2. */
export function isBelow(firmware: readonly number[], limit: readonly number[]): boolean {
  for (const [index, number] of limit.entries()) {
    const own = firmware[index]
    if (own === undefined) return true
    if (own !== number) return own < number
  }
  return false
}
