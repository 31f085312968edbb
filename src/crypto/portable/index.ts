/**
 * The portable half of the cryptography: runs in a browser and in a light client.
 *
 * May import: `src/errors`, `src/codec`, @noble/curves and @noble/hashes; nothing of node. Start reading at
 * `algorithms.ts`, the table of signature algorithms and their acceptance predicates.
 */
export {
  checkKey,
  hasKeyForm,
  type SignatureAlgorithm,
  signatureAlgorithm,
  signatureAlgorithms,
} from './algorithms.ts'
export { sha256, sha256Into } from './digest.ts'
export { derFromRaw, rawFromDer } from './ecdsa-der.ts'
export { ed25519Raw, ed25519Spki, keyDigest, publicKeyFromSpki, uncheckedKey } from './spki.ts'
export { isAcceptedKey, portableVoteVerifier, type SignatureVerifier, verifyPortable, verifyVote } from './verify.ts'
