/** The record that a proven leaf holds, if it is really of the certificate in hand. */
import { equalBytes, toHex } from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/portable/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import { type Proven, treeNumber } from '../../src/state/index.ts'
import type { Certificate } from '../certificate/index.ts'
import { type CertificateRecord, certificates } from '../contract/index.ts'
import { verificationError } from './errors.ts'

/** Whether the leaf is about the certificate, with its record or its absence. */
export function concerns({ tree, key }: Proven, { fingerprint }: Certificate): boolean {
  return tree === treeNumber[certificates.tree] && equalBytes(key, recordAddress(certificates, fingerprint).key)
}

/** @returns undefined when the record is proven absent @throws verification.other-certificate, verification.record-differs */
export function recordIn(leaf: Proven, certificate: Certificate): CertificateRecord | undefined {
  if (!concerns(leaf, certificate)) {
    throw verificationError('other-certificate', { fingerprint: toHex(certificate.fingerprint) })
  }
  if (leaf.value === undefined) return undefined
  const record = certificates.decode(leaf.value)
  if (!equalBytes(record.key, keyDigest(certificate.key)) || record.manufacturer !== certificate.subject.organization) {
    throw verificationError('record-differs')
  }
  return record
}
