/** From DER to a typed certificate, strictly (RFC 5280 section 4.1). Pure: no state, no clock. */
import { equalBytes } from '../../src/codec/index.ts'
import { checkKey, sha256, uncheckedKey } from '../../src/crypto/portable/index.ts'
import type { Certificate } from './certificate.ts'
import { constructed, DerReader, tag } from './der/index.ts'
import { certificateError } from './errors.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { maximumCertificateBytes, maximumSerialNumberOctets } from './limits.ts'
import { readName, readNameBeside } from './name.ts'
import { x509SignatureAlgorithm } from './signature-algorithm.ts'

const version3 = 2

/**
 * Parses exactly one X.509 v3 certificate. What it accepts is part of the ledger's rules: one certificate has one
 * encoding, so equal contents have equal fingerprints, apart from the signature (ECDSA has many for one message).
 *
 * The key is checked by its algorithm's written predicate. Not checked: the signature itself (`selfSignatureCheck`),
 * the profile (`checkProfile`), and whether the validity covers some time. issuerUniqueID and subjectUniqueID are
 * refused, as RFC 5280 section 4.1.2.8 asks of issuers.
 *
 * @param der one certificate of at most 8 KiB; the result holds views of it, so it may not be changed afterwards
 * @throws every code of `der`; of `certificate` those that concern the form; of `crypto` those of keys and
 *   crypto.signature-form
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const certificate = parseUncheckedKey(der)
  checkKey(certificate.key)
  return certificate
}

/**
 * `parseCertificate` but for the key's point, the last and dearest of its checks: for those who verify the signature by
 * the certificate's own key elsewhere, and call `checkKey` when it does not hold.
 */
export function parseUncheckedKey(der: Uint8Array): Certificate {
  if (der.length > maximumCertificateBytes) {
    throw certificateError('too-large', { size: der.length, limit: maximumCertificateBytes })
  }
  const file = new DerReader(der)
  const outer = file.enter(tag.sequence)
  file.close()
  const start = outer.offset
  const body = outer.enter(tag.sequence)
  const toBeSigned = der.subarray(start, body.end)
  const parts = readBody(body)
  const signature = readSignature(outer, parts.algorithmIdentifier)
  outer.close()
  const { list, values, unknown } = parts.extensions
  return {
    der,
    fingerprint: sha256(der),
    toBeSigned,
    ...signature,
    serialNumber: parts.serialNumber,
    issuer: parts.issuer,
    subject: parts.subject,
    selfIssued: parts.issuer === parts.subject,
    ...parts.validity,
    key: uncheckedKey(parts.spki),
    extensions: list,
    unknownExtensions: unknown,
    ...values,
  }
}

const noExtensions: Extensions = { list: [], values: {}, unknown: [] }

/** TBSCertificate. */
function readBody(body: DerReader) {
  readVersion(body)
  const serialNumber = readSerialNumber(body)
  const algorithmIdentifier = body.element(tag.sequence)
  const issuer = readName(body)
  const parts = {
    serialNumber,
    algorithmIdentifier,
    issuer,
    validity: readValidity(body),
    subject: readNameBeside(body, issuer),
    spki: body.element(tag.sequence),
    extensions: body.atEnd ? noExtensions : readExplicit(body, constructed(3), readExtensions),
  }
  body.close()
  return parts
}

function readVersion(body: DerReader): void {
  if (body.nextIs(tag.integer)) throw certificateError('version', { version: 1 })
  const version = readExplicit(body, constructed(0), (inner) => inner.smallInteger(255))
  if (version !== version3) throw certificateError('version', { version: version + 1 })
}

function readSerialNumber(body: DerReader): Uint8Array {
  const { offset } = body
  const serialNumber = body.unsignedInteger(maximumSerialNumberOctets)
  if (serialNumber.length === 1 && serialNumber[0] === 0) throw certificateError('serial-number-zero', { offset })
  return serialNumber
}

function readValidity(body: DerReader): { notBefore: bigint; notAfter: bigint } {
  const validity = body.enter(tag.sequence)
  const notBefore = validity.time()
  const notAfter = validity.time()
  validity.close()
  if (notAfter < notBefore) throw certificateError('validity', { notBefore, notAfter })
  return { notBefore, notAfter }
}

function readSignature(outer: DerReader, innerIdentifier: Uint8Array): Pick<Certificate, 'algorithm' | 'signature'> {
  const { offset } = outer
  const identifier = outer.element(tag.sequence)
  if (!equalBytes(identifier, innerIdentifier)) throw certificateError('algorithm-mismatch', { offset })
  const row = x509SignatureAlgorithm(identifier, offset)
  return { algorithm: row.name, signature: row.fromX509(outer.wholeBitString()) }
}

function readExplicit<Value>(reader: DerReader, identifier: number, read: (inner: DerReader) => Value): Value {
  const inner = reader.enter(identifier)
  const value = read(inner)
  inner.close()
  return value
}
