/**
 * ECDSA over P-256 (FIPS 186-5 section 6, SP 800-186 section 3.2.1.3): what is a key and what is a signature,
 * decided by arithmetic on the bytes before any library sees them.
 */
import { compareBytes, fromHex } from '../../codec/index.ts'
import { cryptoError } from '../errors.ts'
import { bigEndian } from './integer.ts'

/** Prime of the field. */
const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const primeBytes = fromHex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff')
/** Coefficient b of y^2 = x^3 - 3x + b. */
const coefficient = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

/** Order n of the group, big-endian. */
export const p256OrderBytes = fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** r and s, big-endian, one after the other (RFC 9053 section 2.1). */
export const p256SignatureLength = 64
const scalarLength = 32
const zeroScalar = new Uint8Array(scalarLength)

/**
 * The start of every accepted key: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING without unused bits }
 * (RFC 5480 section 2.1), then the octet 04 of an uncompressed point. x and y follow, 32 bytes each.
 */
export const p256SpkiPrefix = fromHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004')
export const p256SpkiLength = 91

/** Checks x and y of a key in the exact form. @throws crypto.key-not-canonical, crypto.point-not-on-curve */
export function checkP256Point(spki: Uint8Array): void {
  const xBytes = spki.subarray(p256SpkiPrefix.length, p256SpkiPrefix.length + scalarLength)
  const yBytes = spki.subarray(p256SpkiPrefix.length + scalarLength)
  if (compareBytes(xBytes, primeBytes) >= 0 || compareBytes(yBytes, primeBytes) >= 0) {
    throw cryptoError('key-not-canonical', { algorithm: 'ES256' })
  }
  const x = bigEndian(xBytes)
  const y = bigEndian(yBytes)
  if ((y * y - (x * x * x - 3n * x + coefficient)) % prime !== 0n) {
    throw cryptoError('point-not-on-curve', { algorithm: 'ES256' })
  }
}

/** True for 64 bytes r | s with 0 < r < n and 0 < s < n. A high s passes. */
export function isP256SignatureForm(signature: Uint8Array): boolean {
  return (
    signature.length === p256SignatureLength &&
    isP256Scalar(signature.subarray(0, scalarLength)) &&
    isP256Scalar(signature.subarray(scalarLength))
  )
}

/** True for 32 bytes, big-endian, of 1 to n - 1. */
export function isP256Scalar(bytes: Uint8Array): boolean {
  return bytes.length === scalarLength && compareBytes(bytes, zeroScalar) > 0 && compareBytes(bytes, p256OrderBytes) < 0
}
