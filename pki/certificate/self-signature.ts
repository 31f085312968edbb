import type { PublicKey } from '../../src/codec/index.ts'
import type { Certificate } from './certificate.ts'
import { certificateError } from './errors.ts'

/**
 * The signature check that proves possession: the certificate's signature by the key that it carries. The host verifies
 * it with many others at once; who needs a single verdict calls `verifySelfSignature`.
 * @throws certificate.not-self-issued, certificate.key-algorithm
 */
export function selfSignatureCheck(certificate: Certificate): {
  readonly key: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
} {
  const { key, algorithm, toBeSigned, signature } = certificate
  if (!certificate.selfIssued) throw certificateError('not-self-issued')
  if (key.algorithm !== algorithm) throw certificateError('key-algorithm', { signed: algorithm, key: key.algorithm })
  return { key, message: toBeSigned, signature }
}
