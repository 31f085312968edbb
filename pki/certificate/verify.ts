/** Verification of one certificate with node:crypto; kept out of the folder's face, which runs anywhere. */
import { verifySignature } from '../../src/crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { certificateError } from './errors.ts'
import { selfSignatureCheck } from './self-signature.ts'

/**
 * Refuses a certificate that was not signed by the key that it carries. About 100 microseconds.
 * @throws certificate.not-self-issued, certificate.key-algorithm, certificate.self-signature; crypto.library-surprise
 */
export function verifySelfSignature(certificate: Certificate): void {
  const { key, message, signature } = selfSignatureCheck(certificate)
  if (!verifySignature(key, message, signature)) throw certificateError('self-signature')
}
