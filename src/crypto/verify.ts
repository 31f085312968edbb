import { hash, verify as nativeVerify } from 'node:crypto'
import type { PublicKey } from '../codec/index.ts'
import { cryptoError } from './errors.ts'
import { importAcceptedKey, importPublicKey, nativeAlgorithms } from './native.ts'
import {
  hasKeyForm,
  type SignatureVerifier,
  signatureAlgorithm,
  signatureAlgorithms,
  verifyVote,
} from './portable/index.ts'

/** One signature to verify. */
export type SignatureCheck = {
  readonly key: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** SHA-256 (FIPS 180-4): 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer')
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

/**
 * True when the written predicate of the key's algorithm (see `signatureAlgorithms`) accepts: our own arithmetic first,
 * then node:crypto. About 100 microseconds; `verifySignatures` uses all cores.
 * @throws crypto.algorithm-unknown; crypto.library-surprise, on which a node halts
 */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const row = signatureAlgorithm(key.algorithm)
  if (!row.isSignatureForm(signature)) return false
  const object = importAcceptedKey(key)
  if (object === undefined) return false
  const { digest, options } = nativeAlgorithms[row.name]
  try {
    return nativeVerify(digest, message, { key: object, ...options }, signature)
  } catch (cause) {
    throw cryptoError('library-surprise', { algorithm: row.name }, cause)
  }
}

/**
 * Verifies votes by the rule of `verifyVote`, fast: what OpenSSL accepts (the equation without cofactor, canonical R) is
 * a part of what ZIP-215 accepts, so its yes is final; its no, or its failure, is decided by the portable rule.
 */
export const voteVerifier: SignatureVerifier = {
  verify: (key, message, signature) => acceptedNatively(key, message, signature) || verifyVote(key, message, signature),
}

function acceptedNatively(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const row = signatureAlgorithms.EdDSA
  // Without this a key labelled EdDSA could hold another algorithm's point, and OpenSSL would go by the point.
  if (key.algorithm !== row.name || !hasKeyForm(row, key.spki)) return false
  try {
    return nativeVerify(null, message, importPublicKey(key), signature)
  } catch {
    return false
  }
}
