import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { type AlgorithmName, concat, equalBytes, type PublicKey } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { cryptoError } from '../errors.ts'
import { checkKey, hasKeyForm, signatureAlgorithm, signatureAlgorithms } from './algorithms.ts'
import { ed25519Order, ed25519PointLength, ed25519SignatureLength } from './ed25519.ts'
import { littleEndian } from './integer.ts'

/** Decides one signature, synchronously; which rule it applies is its maker's choice. */
export type SignatureVerifier = {
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean
}

/** A verification by arithmetic: `point` is the key without its SubjectPublicKeyInfo. The predicate has already passed. */
type Equation = (point: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

const equations: Readonly<Record<AlgorithmName, Equation>> = {
  ES256: (point, message, signature) =>
    p256.verify(signature, message, concat(uncompressed, point), { prehash: true, lowS: false, format: 'compact' }),
  EdDSA: (point, message, signature) => {
    const commitment = signature.subarray(0, ed25519PointLength)
    const response = littleEndian(signature.subarray(ed25519PointLength))
    const challenge = littleEndian64(sha512(concat(commitment, point, message))) % ed25519Order
    const { BASE } = ed25519.Point
    const key = ed25519.Point.fromBytes(point, false)
    const expected = BASE.multiplyUnsafe(response).subtract(key.multiplyUnsafe(challenge))
    return equalBytes(expected.toBytes(), commitment)
  },
}

const uncompressed = Uint8Array.of(4)

/**
 * True when the written predicate of the key's algorithm (see `signatureAlgorithms`) accepts. Same verdict as the node
 * half's `verifySignature`, about 3 ms.
 * @throws crypto.algorithm-unknown, crypto.library-surprise
 */
export function verifyPortable(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const row = signatureAlgorithm(key.algorithm)
  if (!row.isSignatureForm(signature) || !isAcceptedKey(key)) return false
  try {
    return equations[row.name](key.spki.subarray(row.spkiPrefix.length), message, signature)
  } catch (cause) {
    throw cryptoError('library-surprise', { algorithm: row.name }, cause)
  }
}

/** `checkKey` as a question. @throws crypto.algorithm-unknown */
export function isAcceptedKey(key: PublicKey): boolean {
  signatureAlgorithm(key.algorithm)
  try {
    checkKey(key)
    return true
  } catch (error) {
    if (error instanceof CommonrootError) return false
    throw error
  }
}

/**
 * True when the rule of CometBFT's votes accepts: ZIP-215. Ed25519 with the cofactored equation
 * 8 S B = 8 R + 8 SHA-512(R | A | message) A and S < L; A and R may be non-canonical and of any order. It accepts more
 * than the predicate of transactions, and must: a light client may not refuse what the validators have finalised.
 *
 * `key` is a PublicKey or the raw 32 bytes. False for a key of another algorithm or form.
 */
export function verifyVote(key: PublicKey | Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const point = key instanceof Uint8Array ? key : votePoint(key)
  if (point?.length !== ed25519PointLength || signature.length !== ed25519SignatureLength) return false
  return ed25519.verify(signature, message, point, { zip215: true })
}

function votePoint(key: PublicKey): Uint8Array | undefined {
  const row = signatureAlgorithms.EdDSA
  return key.algorithm === row.name && hasKeyForm(row, key.spki) ? key.spki.subarray(row.spkiPrefix.length) : undefined
}

/** Verifies votes anywhere, about 1.5 ms each. */
export const portableVoteVerifier: SignatureVerifier = { verify: verifyVote }

function littleEndian64(bytes: Uint8Array): bigint {
  return littleEndian(bytes.subarray(0, 32)) + (littleEndian(bytes.subarray(32)) << 256n)
}
