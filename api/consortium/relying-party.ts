/** One who has pinned a trust file of one organisation, and takes proofs from whichever node gives them. */
import { setTimeout as delay } from 'node:timers/promises'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { type Verdict, verifyCertificate } from '../../pki/status/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { NodeClient, readOneCertificate } from '../client/index.ts'

/** Milliseconds that a node may be behind, and between two looks. */
const lagPatience = 10_000
const lookPause = 50

export type Judged = { readonly verdict: Verdict; readonly proofBytes: number }

/**
 * Fetches a proof from one node and verifies it with the trust file of another. A node may be a block behind the one that
 * has acknowledged a publication: it is asked again, for a while.
 */
export async function judge(
  certificateFile: string,
  proofFrom: string,
  trust: Uint8Array,
  signal: AbortSignal,
): Promise<Judged> {
  const certificate = await readOneCertificate(certificateFile)
  const { fingerprint } = parseCertificate(certificate)
  const node = new NodeClient(proofFrom, signal)
  const until = performance.now() + lagPatience
  for (;;) {
    const proof = await node.proof(toHex(fingerprint))
    const now = BigInt(Date.now())
    const { verdict, proofBytes } = verifyCertificate({ certificate, proof, trust, now, verifier: voteVerifier })
    if (verdict !== 'never-published' || performance.now() > until) return { verdict, proofBytes }
    await delay(lookPause, undefined, { signal })
  }
}
