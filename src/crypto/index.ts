/**
 * Cryptography: signatures decided by written predicates, keys, and the key holder. This face needs node; a browser
 * takes `portable/index.ts`.
 *
 * May import: `src/errors`, `src/codec`, node:crypto, and @noble inside `portable/`. Start reading at
 * `portable/algorithms.ts` (the table and its predicates), then `verify.ts`, then `holder/`.
 */

export { cryptoError } from './errors.ts'
export {
  encryptedPrivateKeyPem,
  FileKeyHolder,
  holderError,
  type KeyHandle,
  type KeyHolder,
  type KeyUsage,
  openKeyFile,
} from './holder/index.ts'
export {
  checkKey,
  derFromRaw,
  ed25519Raw,
  ed25519Spki,
  isAcceptedKey,
  keyDigest,
  publicKeyFromSpki,
  rawFromDer,
  type SignatureAlgorithm,
  type SignatureVerifier,
  signatureAlgorithm,
  signatureAlgorithms,
  verifyPortable,
  verifyVote,
} from './portable/index.ts'
export { consensusVectorsDigest, runConsensusVectors, type VerificationHalf } from './vectors/index.ts'
export { type SignatureCheck, sha256, verifySignature, voteVerifier } from './verify.ts'
export { verifySignatures } from './verify-many.ts'
