/** Proofs and verdicts as a relying party has them. */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { type Verification, type VerificationInput, verifyCertificate } from '../../pki/status/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { standings, withdrawnAlgorithms } from '../../src/governance/index.ts'
import type { TestLedger } from './ledger.ts'

/** The proof file that a gateway would fetch for a certificate. */
export function proofOf({ node }: TestLedger, certificate: Uint8Array): Promise<Uint8Array> {
  const { fingerprint } = parseCertificate(certificate)
  return node.proof(async (view) => {
    const record = await view.prove(certificates, fingerprint)
    if (record.value === undefined) return [record]
    const { manufacturer } = certificates.decode(record.value)
    return [
      record,
      await view.prove(standings, utf8(manufacturer)),
      await view.prove(withdrawnAlgorithms, new Uint8Array(0)),
    ]
  })
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
