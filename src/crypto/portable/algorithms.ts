/**
 * The one table of signature algorithms. A row holds all that is known of an algorithm without a library: names, the
 * exact forms of its keys and signatures, and its acceptance predicate. Nothing below this module asks "which algorithm".
 *
 * The predicate is consensus: builds of Node, OpenSSL or a CPU may disagree on odd input, and a disagreement would split
 * the chain. So each row first refuses, with our own arithmetic, all input on which libraries are known to differ; what
 * is left has one mathematical answer, which any correct library gives.
 */
import type { AlgorithmName, PublicKey } from '../../codec/index.ts'
import { equalBytes } from '../../codec/index.ts'
import { cryptoError } from '../errors.ts'
import {
  checkEd25519Point,
  ed25519SignatureLength,
  ed25519SpkiLength,
  ed25519SpkiPrefix,
  isEd25519SignatureForm,
} from './ed25519.ts'
import { checkP256Point, isP256SignatureForm, p256SignatureLength, p256SpkiLength, p256SpkiPrefix } from './p256.ts'

/** What is known of one signature algorithm. */
export type SignatureAlgorithm = {
  readonly name: AlgorithmName
  /** Number in the COSE registry (RFC 9053 section 2). */
  readonly coseNumber: number
  /** Bytes of a signature in COSE form. */
  readonly signatureLength: number
  /** The only accepted SubjectPublicKeyInfo: these bytes, then the point, `spkiLength` in all. */
  readonly spkiPrefix: Uint8Array
  readonly spkiLength: number
  /** The form in words, for a message. */
  readonly spkiForm: string
  /** Checks the point of a key whose form is already exact. */
  readonly checkPoint: (spki: Uint8Array) => void
  /** The part of the predicate that concerns the signature alone. */
  readonly isSignatureForm: (signature: Uint8Array) => boolean
}

/**
 * ECDSA over P-256 with SHA-256 (RFC 9053 section 2.1). Accepted if and only if
 * 1. the key is the 91-byte SubjectPublicKeyInfo with id-ecPublicKey, the named curve prime256v1 and an uncompressed
 *    point 04 | x | y: no compressed or hybrid point, no explicit parameters, no other DER;
 * 2. x < p, y < p and the point is on the curve (the group has prime order, so it is then in the group);
 * 3. the signature is 64 bytes r | s with 0 < r < n and 0 < s < n;
 * 4. R = s^-1 (SHA-256(message) G + r Q) is not the point at infinity and x(R) mod n = r (FIPS 186-5 section 6.4.2).
 *
 * Not enforced: a low s. (r, n - s) is accepted wherever (r, s) is; a transaction's id does not cover signatures, so this
 * changes nothing that is stored by id. Not enforced: that the nonce was derived deterministically (RFC 6979).
 */
const es256: SignatureAlgorithm = {
  name: 'ES256',
  coseNumber: -7,
  signatureLength: p256SignatureLength,
  spkiPrefix: p256SpkiPrefix,
  spkiLength: p256SpkiLength,
  spkiForm: '91 bytes: id-ecPublicKey, prime256v1, uncompressed point',
  checkPoint: checkP256Point,
  isSignatureForm: isP256SignatureForm,
}

/**
 * EdDSA with Ed25519 (RFC 9053 section 2.2, RFC 8032 section 5.1), without context or pre-hash. Accepted if and only if
 * 1. the key is the 44-byte SubjectPublicKeyInfo of RFC 8410 (no parameters);
 * 2. A is canonical (y < p), is not one of the points of small order, and decodes to a point of the curve;
 * 3. the signature is 64 bytes R | S with S < L, R canonical (y < p) and R not of small order;
 * 4. the encoding of S B - SHA-512(R | A | message) A equals R, byte for byte: the equation *without* cofactor.
 *
 * Not enforced: that A or R lie in the subgroup of prime order. A point with a part of small order beside a large one is
 * accepted when the equation of step 4 holds as it stands; the cofactored equation, which would accept more, is used for
 * the votes of validators only (see `verifyVote`).
 */
const edDsa: SignatureAlgorithm = {
  name: 'EdDSA',
  coseNumber: -8,
  signatureLength: ed25519SignatureLength,
  spkiPrefix: ed25519SpkiPrefix,
  spkiLength: ed25519SpkiLength,
  spkiForm: '44 bytes: id-Ed25519 without parameters',
  checkPoint: checkEd25519Point,
  isSignatureForm: isEd25519SignatureForm,
}

/** Every algorithm of the ledger; governance switches them by height. */
export const signatureAlgorithms: Readonly<Record<AlgorithmName, SignatureAlgorithm>> = { ES256: es256, EdDSA: edDsa }

/** The row of an algorithm. @throws crypto.algorithm-unknown */
export function signatureAlgorithm(name: string): SignatureAlgorithm {
  const row = Object.values(signatureAlgorithms).find((candidate) => candidate.name === name)
  if (row === undefined) throw cryptoError('algorithm-unknown', { algorithm: name })
  return row
}

/** True when the bytes have the exact form that the row asks of a key; the point is not looked at. */
export function hasKeyForm(row: SignatureAlgorithm, spki: Uint8Array): boolean {
  return spki.length === row.spkiLength && equalBytes(spki.subarray(0, row.spkiPrefix.length), row.spkiPrefix)
}

/**
 * The whole predicate of a key: steps 1 and 2 of its row. About 2 microseconds for ES256 and 60 for EdDSA.
 * @throws crypto.algorithm-unknown, crypto.key-form, crypto.key-not-canonical, crypto.point-not-on-curve, crypto.key-small-order
 */
export function checkKey(key: PublicKey): void {
  const row = signatureAlgorithm(key.algorithm)
  if (!hasKeyForm(row, key.spki)) throw cryptoError('key-form', { algorithm: row.name, expected: row.spkiForm })
  row.checkPoint(key.spki)
}
