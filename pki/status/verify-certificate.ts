/** Offline verification: a certificate, a proof and a trust file in; a verdict out. No network, no state, no Node. */
import { toHex, utf8 } from '../../src/codec/index.ts'
import type { SignatureVerifier } from '../../src/crypto/portable/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { standings, withdrawnAlgorithms } from '../../src/governance/index.ts'
import { decodeProof, decodeTrust, type VerifiedProof, verifyProof } from '../../src/light/index.ts'
import { type Collection, recordAddress } from '../../src/module/index.ts'
import { type Proven, treeNumber } from '../../src/state/index.ts'
import { type Certificate, parseCertificate } from '../certificate/index.ts'
import { certificates } from '../contract/index.ts'
import { verificationError } from './errors.ts'
import { recordIn } from './record-leaf.ts'
import { type Judgement, judge, type ProvenFacts } from './verdict.ts'

export type VerificationInput = {
  readonly certificate: Uint8Array
  readonly proof: Uint8Array
  readonly trust: Uint8Array
  /** The reader's clock, milliseconds since 1970. */
  readonly now: bigint
  /** Judge at this time instead of now: "was it valid at T". */
  readonly at?: bigint
  /** Milliseconds that the proof's header may be old. */
  readonly maximumAge?: bigint
  readonly verifier?: SignatureVerifier
}

export type Verification = Judgement & {
  readonly message?: string
  /** Milliseconds: the time that the verdict is about. */
  readonly checkedAt: bigint
  readonly headerTime?: bigint
  readonly proofBytes: number
  readonly fingerprint?: string
}

/**
 * Verifies a certificate offline. Bad input never throws: it is the verdict `invalid` with the error's code.
 * What it does not say: whether something happened after the header's time; see `headerTime` and `maximumAge`.
 */
export function verifyCertificate(input: VerificationInput): Verification {
  const checkedAt = input.at ?? input.now
  const proofBytes = input.proof.length
  try {
    const certificate = parseCertificate(input.certificate)
    const proven = verifyProof(decodeProof(input.proof), decodeTrust(input.trust), input)
    const facts = factsAbout(certificate, proven)
    const judgement: Judgement =
      facts === undefined
        ? { verdict: 'never-published', code: 'certificate.never-published' }
        : judge(facts, checkedAt)
    return {
      ...judgement,
      checkedAt,
      headerTime: proven.headerTime,
      proofBytes,
      fingerprint: toHex(certificate.fingerprint),
    }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    const { code, message } = error
    return { verdict: 'invalid', code, message, checkedAt, proofBytes, ...knownAge(error, input.now) }
  }
}

/** A proof that is refused for its age alone is otherwise sound: how old it is may be told. */
function knownAge({ code, details }: CommonrootError, now: bigint): Pick<Verification, 'headerTime'> {
  const { age } = details
  return code === 'proof.stale' && typeof age === 'bigint' ? { headerTime: now - age } : {}
}

/** Takes the leaves that a verdict needs, and no others. @returns undefined when the record is proven absent */
function factsAbout(certificate: Certificate, { proven }: VerifiedProof): ProvenFacts | undefined {
  const leaves = new Map(proven.map((leaf) => [leafId(leaf.tree, leaf.key), leaf]))
  const take = <Value>(collection: Collection<Value>, key: Uint8Array): Proven | undefined => {
    const id = leafId(treeNumber[collection.tree], recordAddress(collection, key).key)
    const leaf = leaves.get(id)
    leaves.delete(id)
    return leaf
  }
  const fingerprint = toHex(certificate.fingerprint)
  const recordLeaf = take(certificates, certificate.fingerprint)
  if (recordLeaf === undefined) throw verificationError('other-certificate', { fingerprint })
  const record = recordIn(recordLeaf, certificate)
  if (record === undefined) {
    refuseOthers(leaves)
    return undefined
  }
  const standing = take(standings, utf8(record.manufacturer))?.value
  if (standing === undefined) throw verificationError('standing-missing', { what: record.manufacturer })
  const withdrawn = take(withdrawnAlgorithms, new Uint8Array(0))?.value
  if (withdrawn === undefined) throw verificationError('standing-missing', { what: 'its algorithm' })
  refuseOthers(leaves)
  return {
    certificate,
    record,
    standing: standings.decode(standing),
    withdrawn: withdrawnAlgorithms.decode(withdrawn),
  }
}

function refuseOthers(leaves: ReadonlyMap<string, Proven>): void {
  if (leaves.size > 0) throw verificationError('leaf-not-wanted')
}

function leafId(tree: number, key: Uint8Array): string {
  return `${tree}:${toHex(key)}`
}
