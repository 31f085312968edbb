import { createPublicKey, verify } from 'node:crypto'
import { NodeClient } from '../../api/client/index.ts'
import { knownState, recordPart, verifyWithKnownState } from '../../pki/status/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { decodeProof } from '../../src/light/index.ts'
import { median } from '../numbers.ts'
import { selfSignatures } from '../peers/verification-limit.ts'
import type { Row } from '../row.ts'

/** Times that both sides run through all of them, in turn. */
const rounds = 9

export const proofChecks: Row = {
  name: 'proof-checks',
  title: 'certificates checked a second with known header and standing, one thread, DER parsed each time',
  against: 'one synchronous P-256 verification with a key that is imported already',
  unit: '1/s',
  judged: 'ratio',
  better: 'higher',
  reach: 1.4,
  goal: 2.5,
  measure: async (bench) => {
    const campaign = await bench.campaign()
    const found = campaign.proofs
    const trust = await new NodeClient(campaign.node.started.url).trust()
    const now = BigInt(Date.now())
    const known = knownState({ proof: found[0]!.proof, trust, now, verifier: voteVerifier })
    const parts = found.map(({ certificate, proof }) => ({
      certificate,
      record: recordPart(decodeProof(proof), certificate),
      now,
    }))
    const signed = selfSignatures(found.map(({ certificate }) => certificate)).map((one) => ({
      ...one,
      key: { key: createPublicKey({ key: one.spki, format: 'der', type: 'spki' }), dsaEncoding: 'ieee-p1363' } as const,
    }))
    const check = () => {
      for (const part of parts) if (verifyWithKnownState(known, part).verdict !== 'valid') throw new Error('not valid')
    }
    const bare = () => {
      for (const { message, key, signature } of signed) {
        if (!verify('sha256', message, key, signature)) throw new Error('not valid')
      }
    }
    // Both sides are compiled before they are measured.
    const rate = (work: () => void) => found.length / secondsOf(work)
    rate(check)
    rate(bare)
    const pairs = Array.from({ length: rounds }, () => ({ checks: rate(check), verifications: rate(bare) }))
    const verifications = median(pairs.map((pair) => pair.verifications))
    return {
      value: median(pairs.map(({ checks }) => checks)),
      ratio: median(pairs.map((pair) => pair.checks / pair.verifications)),
      note: `median of ${rounds} rounds over ${found.length} certificates; ${verifications.toFixed(0)} verifications/s`,
    }
  },
}

function secondsOf(work: () => void): number {
  const beginning = performance.now()
  work()
  return (performance.now() - beginning) / 1000
}
