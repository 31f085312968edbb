/** Proofs and verdicts as a relying party has them. */
import { certificateProof } from '../../api/http/index.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { type Verification, type VerificationInput, verifyCertificate } from '../../pki/status/index.ts'
import type { TestLedger } from './ledger.ts'

/** The proof file that a gateway would fetch for a certificate. */
export function proofOf({ node }: TestLedger, certificate: Uint8Array): Promise<Uint8Array> {
  return certificateProof(node, parseCertificate(certificate).fingerprint)
}

export async function verdictOf(
  ledger: TestLedger,
  certificate: Uint8Array,
  conditions: Partial<VerificationInput> = {},
): Promise<Verification> {
  const proof = await proofOf(ledger, certificate)
  const trust = await ledger.node.trust()
  return verifyCertificate({ certificate, proof, trust, now: BigInt(Date.now()), ...conditions })
}
