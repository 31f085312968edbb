import { Bytes, DigestBytes, Row } from '../../src/codec/index.ts'
import { MemberId } from '../../src/governance/index.ts'
import { defineEvent } from '../../src/module/index.ts'
import { DeviceSerial } from '../voucher/index.ts'
import { pkiName } from './collections.ts'
import { RevocationReason } from './schemas.ts'

export const certificatePublished = defineEvent({
  module: pkiName,
  name: 'certificate-published',
  body: Row({ fingerprint: DigestBytes, manufacturer: MemberId, serial: DeviceSerial }),
})

export const certificateRevoked = defineEvent({
  module: pkiName,
  name: 'certificate-revoked',
  body: Row({ fingerprint: DigestBytes, reason: RevocationReason }),
})

/** `revocation` is a MassRevocation as it stands in the manufacturer's standing. */
export const certificatesMassRevoked = defineEvent({
  module: pkiName,
  name: 'certificates-mass-revoked',
  body: Row({ manufacturer: MemberId, revocation: Bytes({ maximum: 768 }) }),
})
