/**
 * The certificate module: publish, revoke, mass-revoke, by rules that every node runs.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto/portable`, `src/module`, `src/governance`, `pki/certificate`,
 * `pki/voucher`. Start reading at `transactions/publish.ts`, then `collections.ts`, then `standing.ts`.
 */
import { governancePorts, parameterReads } from '../../src/governance/index.ts'
import { defineModule } from '../../src/module/index.ts'
import { certificates, pkiName } from './collections.ts'
import * as events from './events.ts'
import { deviceProfile, publicationPolicy } from './parameters.ts'
import { massRevoke } from './transactions/mass-revoke.ts'
import { publish } from './transactions/publish.ts'
import { publishVouched } from './transactions/publish-vouched.ts'
import { revoke } from './transactions/revoke.ts'

export { certificates, deviceKey, pkiName, presentState } from './collections.ts'
export { pkiError } from './errors.ts'
export { certificatePublished, certificateRevoked, certificatesMassRevoked } from './events.ts'
export { maximumBatch } from './limits.ts'
export { deviceProfile, PublicationPolicy, publicationPolicy } from './parameters.ts'
export {
  CertificateRecord,
  type CertificateState,
  certificateStates,
  MassRevocation,
  type RevocationReason,
  revocationReasons,
} from './schemas.ts'
export { type DatedMassRevocation, massRevocationOf } from './standing.ts'
export { PublishedItem } from './transactions/publish.ts'
export { VouchedItem } from './transactions/publish-vouched.ts'

export const pkiModule = defineModule({
  name: pkiName,
  version: 1,
  summary: 'Certificates: published by their manufacturers, revoked one by one or by predicate.',
  collections: [certificates],
  transactions: { publish, 'publish-vouched': publishVouched, revoke, 'mass-revoke': massRevoke },
  parameters: [deviceProfile, publicationPolicy],
  events: Object.values(events),
  always: [
    ...parameterReads(deviceProfile),
    ...parameterReads(publicationPolicy),
    ...governancePorts.withdrawnAlgorithms.reads(undefined),
  ],
})
