import { DigestBytes, Struct, toHex } from '../../../src/codec/index.ts'
import { membersSigningFor, parameterInForce } from '../../../src/governance/index.ts'
import { type Context, defineBatch, type ReadContext, recordAddress } from '../../../src/module/index.ts'
import { certificates, presentState } from '../collections.ts'
import { pkiError } from '../errors.ts'
import { certificateRevoked } from '../events.ts'
import { maximumBatch } from '../limits.ts'
import { publicationPolicy } from '../parameters.ts'
import { type CertificateRecord, RevocationReason } from '../schemas.ts'

/** Revokes certificates one by one: for ever. Revoking a revoked one changes nothing. */
export const revoke = defineBatch({
  summary: 'Revokes certificates.',
  item: Struct({ fingerprint: DigestBytes, reason: RevocationReason }),
  maximumItems: maximumBatch,
  prepare: () => ({ facts: undefined, checks: [] }),
  allow: (context) => {
    membersSigningFor(context, 'operate')
  },
  reads: ({ fingerprint }) => [recordAddress(certificates, fingerprint)],
  applyItem: (context, { fingerprint, reason }) => {
    const record = context.get(certificates, fingerprint)
    if (record === undefined) throw pkiError('unknown-certificate', { fingerprint: toHex(fingerprint) })
    requireRevoker(context, record.manufacturer)
    const state = presentState(record)
    if (state === 'revoked' || state === 'superseded') return 'unchanged'
    endCertificate(context, record, 'revoked', reason)
    context.emit(certificateRevoked, { fingerprint, reason })
    return 'done'
  },
})

/** @throws pki.may-not-revoke unless the manufacturer, or a member with a revoker's role, signs with an `operate` key */
export function requireRevoker(context: ReadContext, manufacturer: string): void {
  const { revokerRoles } = parameterInForce(context, publicationPolicy)
  const may = membersSigningFor(context, 'operate').some(
    ({ id, roles }) => id === manufacturer || roles.some((role) => revokerRoles.includes(role)),
  )
  if (!may) throw pkiError('may-not-revoke', { manufacturer })
}

/** Appends the final state; the history before it stays. */
export function endCertificate(
  context: Context,
  record: CertificateRecord,
  state: 'revoked' | 'superseded',
  reason: RevocationReason,
): void {
  const entry = { state, reason, height: context.height, time: context.time }
  context.put(certificates, { ...record, states: [...record.states, entry] })
}
