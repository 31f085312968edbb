/** The signature algorithms as X.509 names and carries them: one row each. */
import { type AlgorithmName, equalBytes, fromHex } from '../../src/codec/index.ts'
import { derFromRaw, rawFromDer, signatureAlgorithms } from '../../src/crypto/portable/index.ts'
import { certificateError } from './errors.ts'

export type X509SignatureAlgorithm = {
  readonly name: AlgorithmName
  /** The one accepted AlgorithmIdentifier: parameters are absent in both. */
  readonly identifier: Uint8Array
  /** Between the content of signatureValue and the COSE form. @throws crypto.signature-form, certificate.signature-length */
  readonly fromX509: (signature: Uint8Array) => Uint8Array
  readonly toX509: (signature: Uint8Array) => Uint8Array
}

const rows: readonly X509SignatureAlgorithm[] = [
  // ecdsa-with-SHA256 (RFC 5758 section 3.2)
  { name: 'ES256', identifier: fromHex('300a06082a8648ce3d040302'), fromX509: rawFromDer, toX509: derFromRaw },
  // id-Ed25519 (RFC 8410 section 3)
  { name: 'EdDSA', identifier: fromHex('300506032b6570'), fromX509: wholeEd25519, toX509: wholeEd25519 },
]

/** The row of an AlgorithmIdentifier; `offset` is where it stands, for the error. @throws certificate.algorithm-unknown */
export function x509SignatureAlgorithm(identifier: Uint8Array, offset: number): X509SignatureAlgorithm {
  const row = rows.find((candidate) => equalBytes(candidate.identifier, identifier))
  if (row === undefined) {
    throw certificateError('algorithm-unknown', { offset, expected: rows.map(({ name }) => name).join(', ') })
  }
  return row
}

/** The row of an algorithm that a key is for. */
export function x509SignatureAlgorithmOf(name: AlgorithmName): X509SignatureAlgorithm {
  const row = rows.find((candidate) => candidate.name === name)
  if (row === undefined) throw new TypeError(`${name} is not known to X.509 here`)
  return row
}

function wholeEd25519(signature: Uint8Array): Uint8Array {
  const { name, signatureLength } = signatureAlgorithms.EdDSA
  if (signature.length !== signatureLength) {
    throw certificateError('signature-length', { algorithm: name, size: signature.length, expected: signatureLength })
  }
  return signature
}
