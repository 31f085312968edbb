import { concat, type PublicKey } from '../../codec/index.ts'
import { cryptoError } from '../errors.ts'
import { checkKey, hasKeyForm, signatureAlgorithms } from './algorithms.ts'
import { sha256 } from './digest.ts'
import { ed25519PointLength } from './ed25519.ts'

/**
 * Finds the algorithm of a key by the exact form of its SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and checks it.
 * @throws crypto.key-unsupported for any other form; crypto.key-not-canonical, crypto.point-not-on-curve, crypto.key-small-order
 */
export function publicKeyFromSpki(spki: Uint8Array): PublicKey {
  const key = uncheckedKey(spki)
  checkKey(key)
  return key
}

/**
 * The same for a key whose point is checked later, with `checkKey` or with the verification of a signature: no signature
 * is good under a key that `checkKey` refuses. @throws crypto.key-unsupported
 */
export function uncheckedKey(spki: Uint8Array): PublicKey {
  const row = Object.values(signatureAlgorithms).find((candidate) => hasKeyForm(candidate, spki))
  if (row === undefined) throw cryptoError('key-unsupported', { size: spki.length })
  return { algorithm: row.name, spki }
}

/** What names a key everywhere: SHA-256 of its SubjectPublicKeyInfo, 32 bytes. */
export function keyDigest(key: PublicKey): Uint8Array {
  return sha256(key.spki)
}

/**
 * The key of a raw Ed25519 point (RFC 8410 section 4), as validators' keys travel. The point itself is not checked: the
 * rule of votes also knows keys that `checkKey` refuses.
 * @throws crypto.key-form when it has not 32 bytes
 */
export function ed25519Spki(raw: Uint8Array): PublicKey {
  if (raw.length !== ed25519PointLength) {
    throw cryptoError('key-form', { algorithm: 'Ed25519', expected: '32 bytes' })
  }
  return { algorithm: 'EdDSA', spki: concat(signatureAlgorithms.EdDSA.spkiPrefix, raw) }
}

/** The raw 32 bytes of an Ed25519 key, unchecked beyond its form. @throws crypto.key-form */
export function ed25519Raw(key: PublicKey): Uint8Array {
  const row = signatureAlgorithms.EdDSA
  if (key.algorithm !== row.name || !hasKeyForm(row, key.spki)) {
    throw cryptoError('key-form', { algorithm: row.name, expected: row.spkiForm })
  }
  return key.spki.subarray(row.spkiPrefix.length)
}
