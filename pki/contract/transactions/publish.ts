import { type AlgorithmName, Bytes, conform, Struct } from '../../../src/codec/index.ts'
import { checkKey, keyDigest } from '../../../src/crypto/portable/index.ts'
import { governancePorts, membersSigningFor, parameterInForce } from '../../../src/governance/index.ts'
import {
  type Address,
  type Context,
  defineBatch,
  indexAddress,
  type MemberPrincipal,
  recordAddress,
  type SignatureCheck,
} from '../../../src/module/index.ts'
import {
  type Certificate,
  checkProfile,
  maximumCertificateBytes,
  parseUncheckedKey,
  selfSignatureCheck,
} from '../../certificate/index.ts'
import { certificates, deviceKey } from '../collections.ts'
import { pkiError } from '../errors.ts'
import { certificatePublished } from '../events.ts'
import { maximumBatch } from '../limits.ts'
import { deviceProfile, type PublicationPolicy, publicationPolicy } from '../parameters.ts'
import { type CertificateRecord, DeviceWord } from '../schemas.ts'
import { massRevocationOf } from '../standing.ts'
import { endCertificate } from './revoke.ts'

/** DER of one certificate. */
export const CertificateBytes = Bytes({ minimum: 1, maximum: maximumCertificateBytes })

export const PublishedItem = Struct({ certificate: CertificateBytes })

/** Publishes self-issued certificates: each is judged alone, and the same one again changes nothing. */
export const publish = defineBatch({
  summary: 'Publishes self-issued device certificates.',
  item: PublishedItem,
  maximumItems: maximumBatch,
  prepare: ({ certificate: der }) => {
    const prepared = new PreparedCertificate(der)
    return { facts: prepared, checks: [prepared.possession] }
  },
  allow: (context) => {
    membersSigningFor(context, 'line')
  },
  reads: (_item, prepared, signers) => {
    const manufacturer = prepared.certificate.subject.organization
    // Whose certificate is nobody's who signs is refused before its device is looked up: the name may be any text.
    const signs = signers.some((signer) => signer.kind === 'member' && signer.id === manufacturer)
    return prepared.reads(signs ? manufacturer : undefined)
  },
  applyItem: (context, _item, { facts, checks: [possessed] }) =>
    publishCertificate(context, facts, possessed === true, () =>
      signingManufacturer(context, facts.certificate.subject.organization ?? ''),
    ),
})

/** A certificate on its way to publication, with what is needed of it at more than one step, worked out once. */
export class PreparedCertificate {
  readonly certificate: Certificate
  /** The check that its signature is by its own key. */
  readonly possession: SignatureCheck
  readonly keyDigest: Uint8Array
  #reads: { readonly manufacturer: string | undefined; readonly addresses: readonly Address[] } | undefined

  /** @throws what `parseCertificate` throws, but for the key's point; codec.schema for a device description that no record could hold */
  constructor(der: Uint8Array) {
    const certificate = parseUncheckedKey(der)
    this.certificate = certificate
    this.possession = possessionOf(certificate)
    this.keyDigest = keyDigest(certificate.key)
  }

  /** What publishing it reads; `manufacturer` once somebody with a right to its name is known. */
  reads(manufacturer: string | undefined): readonly Address[] {
    if (this.#reads === undefined || this.#reads.manufacturer !== manufacturer) {
      this.#reads = { manufacturer, addresses: this.#addresses(manufacturer) }
    }
    return this.#reads.addresses
  }

  #addresses(manufacturer: string | undefined): readonly Address[] {
    const { fingerprint, subject } = this.certificate
    const own = [recordAddress(certificates, fingerprint), indexAddress(certificates, 'key', this.keyDigest)]
    if (manufacturer === undefined) return own
    const device = indexAddress(certificates, 'device', deviceKey(manufacturer, subject.serialNumber ?? ''))
    return [...own, device, ...governancePorts.member.reads(manufacturer)]
  }
}

/** @throws also for what the record could not hold: later it would look like a defect of this rule */
function possessionOf(certificate: Certificate): SignatureCheck {
  const { device, key } = certificate
  try {
    if (device !== undefined) {
      conform(DeviceWord, device.model)
      conform(DeviceWord, device.batch)
    }
    return selfSignatureCheck(certificate)
  } catch (error) {
    // Of several faults the key's is the verdict.
    checkKey(key)
    throw error
  }
}

/** A member that answers for certificates in its name. */
export type Publisher = { readonly id: string; readonly roles: readonly string[] }

/**
 * The rules of every publication, in order. They differ in one thing only: whose authority it is.
 * @param possessed whether the certificate's signature is by its own key
 * @param authority gives the manufacturer that answers for it, or refuses
 */
export function publishCertificate(
  context: Context,
  prepared: PreparedCertificate,
  possessed: boolean,
  authority: () => Publisher,
): 'done' | 'unchanged' {
  const { certificate } = prepared
  // The point of a key is checked where signatures are verified: a bad one is refused before anything else is.
  if (!possessed) checkKey(certificate.key)
  if (context.get(certificates, certificate.fingerprint) !== undefined) return 'unchanged'
  const policy = parameterInForce(context, publicationPolicy)
  checkProfile(certificate, parameterInForce(context, deviceProfile))
  requireThisChain(context, certificate)
  if (!possessed) throw pkiError('self-signature')
  requireInForce(context, certificate.algorithm)
  requirePublisher(authority(), policy)
  requireTimely(context, certificate, policy)
  const record = recordOf(context, prepared)
  endMassRevoked(context, record)
  context.put(certificates, record)
  context.keep(certificate.der)
  const { fingerprint, manufacturer, serial } = record
  context.emit(certificatePublished, { fingerprint, manufacturer, serial })
  return 'done'
}

function requireThisChain(context: Context, { device }: Certificate): void {
  const named = device?.chain ?? 'none'
  if (named !== context.chain) throw pkiError('other-chain', { named, chain: context.chain })
}

/** @throws pki.algorithm-withdrawn */
export function requireInForce(context: Context, algorithm: AlgorithmName): void {
  const { algorithms } = context.call(governancePorts.withdrawnAlgorithms, undefined)
  if (algorithms.some((entry) => entry.algorithm === algorithm)) throw pkiError('algorithm-withdrawn', { algorithm })
}

function signingManufacturer(context: Context, manufacturer: string): Publisher {
  const signer = context.signers.find(
    (principal): principal is MemberPrincipal =>
      principal.kind === 'member' && principal.id === manufacturer && principal.purposes.has('line'),
  )
  if (signer === undefined) throw pkiError('not-manufacturer', { manufacturer })
  return signer
}

function requirePublisher({ id: member, roles }: Publisher, { publisherRoles }: PublicationPolicy): void {
  if (!roles.some((role) => publisherRoles.includes(role))) {
    throw pkiError('role-missing', { member, roles: publisherRoles.join(', ') })
  }
}

function requireTimely(context: Context, certificate: Certificate, { clockSkew }: PublicationPolicy): void {
  const { notBefore, notAfter } = certificate
  const { time } = context
  if (notBefore > time + clockSkew) throw pkiError('not-yet-valid', { notBefore, time })
  if (notAfter < time) throw pkiError('expired', { notAfter, time })
}

function recordOf(context: Context, { certificate, keyDigest: key }: PreparedCertificate): CertificateRecord {
  const { fingerprint, subject, algorithm, device } = certificate
  // The profile requires these; a profile without them can't publish here.
  if (device === undefined || subject.organization === undefined || subject.serialNumber === undefined) {
    throw pkiError('other-chain', { named: 'none', chain: context.chain })
  }
  return {
    fingerprint,
    manufacturer: subject.organization,
    serial: subject.serialNumber,
    key,
    algorithm,
    model: device.model,
    batch: device.batch,
    firmware: device.firmware,
    states: [{ state: 'valid', height: context.height, time: context.time }],
  }
}

/** A certificate that a mass revocation ended still holds the device's place: its own record is ended first. */
function endMassRevoked(context: Context, { manufacturer, serial }: CertificateRecord): void {
  const standing = context.call(governancePorts.member, manufacturer)?.standing
  if (standing === undefined || standing.facts.length === 0) return
  const holder = context.by(certificates, 'device', deviceKey(manufacturer, serial))
  if (holder === undefined) return
  const revocation = massRevocationOf(holder, standing)
  if (revocation !== undefined) endCertificate(context, holder, 'revoked', revocation.reason)
}
