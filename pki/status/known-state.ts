/**
 * What a gateway does for its second device and its thousandth: it keeps the state that one verified proof speaks of,
 * and asks of each further certificate only for the leaf of its record.
 */
import { decodeAs, encodeAs, equalBytes, toHex, utf8 } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { type Standing, standings, type WithdrawnAlgorithms, withdrawnAlgorithms } from '../../src/governance/index.ts'
import {
  decodeProof,
  decodeTrust,
  lightError,
  type Proof,
  proofError,
  trustedUntil,
  verifyProof,
} from '../../src/light/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import { Proven, rootOf, treeNumber } from '../../src/state/index.ts'
import { type Certificate, parseCertificate } from '../certificate/index.ts'
import { verificationError } from './errors.ts'
import { concerns, recordIn } from './record-leaf.ts'
import { type Judgement, judge } from './verdict.ts'
import type { Verification, VerificationInput } from './verify-certificate.ts'

/** One state of the ledger, verified once. */
export type KnownState = {
  /** Milliseconds since 1970, of the header that carries the state's root. */
  readonly headerTime: bigint
  /** Milliseconds since 1970, from which the trust file that it was verified with no longer counts. */
  readonly until: bigint
  /** Root of the tree of records. */
  readonly records: Uint8Array
  /** How members stand, by member id: those that the proof named. */
  readonly standings: ReadonlyMap<string, Standing>
  readonly withdrawn: WithdrawnAlgorithms
}

/**
 * Verifies a whole proof and keeps what it says of the state, for certificates of the manufacturers that it names.
 * @throws what `decodeProof`, `decodeTrust` and `verifyProof` throw; verification.standing-missing when the proof does
 *   not say which algorithms are withdrawn, as a proof of absence does not
 */
export function knownState(
  input: Pick<VerificationInput, 'proof' | 'trust' | 'now' | 'maximumAge' | 'verifier'>,
): KnownState {
  const proof = decodeProof(input.proof)
  const trust = decodeTrust(input.trust)
  const { headerTime, proven } = verifyProof(proof, trust, input)
  const standing = proven.filter(({ tree, value }) => tree === treeNumber.standing && value !== undefined)
  const withdrawnKey = recordAddress(withdrawnAlgorithms, new Uint8Array(0)).key
  const withdrawn = standing.find(({ key }) => equalBytes(key, withdrawnKey))?.value
  if (withdrawn === undefined) throw verificationError('standing-missing', { what: 'any algorithm' })
  return {
    headerTime,
    until: trustedUntil(trust),
    records: recordsRoot(proof),
    standings: new Map(standing.filter((leaf) => !equalBytes(leaf.key, withdrawnKey)).map(standingIn)),
    withdrawn: withdrawnAlgorithms.decode(withdrawn),
  }
}

/** The part of a proof that is about one certificate alone: about half of it. @throws verification.other-certificate */
export function recordPart(proof: Proof, certificate: Uint8Array): Uint8Array {
  const parsed = parseCertificate(certificate)
  const leaf = proof.proven.find((one) => concerns(one, parsed))
  if (leaf === undefined) throw verificationError('other-certificate', { fingerprint: toHex(parsed.fingerprint) })
  return encodeAs(Proven, leaf)
}

/**
 * Verifies a certificate by its record's leaf against a state that is known already. No signature is verified here: those
 * of the header's votes were, and the certificate's own was when it was published. Bad input never throws: it is the
 * verdict `invalid` with the error's code.
 *
 * @param input `record` as `recordPart` makes it; it must be of the same height as the known state
 */
export function verifyWithKnownState(
  known: KnownState,
  input: Pick<VerificationInput, 'certificate' | 'now' | 'at' | 'maximumAge'> & { readonly record: Uint8Array },
): Verification {
  const { now, maximumAge, record } = input
  const about = { checkedAt: input.at ?? now, proofBytes: record.length }
  try {
    refuseOld(known, now, maximumAge)
    const certificate = parseCertificate(input.certificate)
    const leaf = decodeAs(Proven, record)
    if (!equalBytes(rootOf(leaf), known.records)) throw verificationError('other-state')
    const { headerTime } = known
    const fingerprint = toHex(certificate.fingerprint)
    return { ...judgeLeaf(known, certificate, leaf, about.checkedAt), ...about, headerTime, fingerprint }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return { verdict: 'invalid', code: error.code, message: error.message, ...about }
  }
}

function judgeLeaf(known: KnownState, certificate: Certificate, leaf: Proven, at: bigint): Judgement {
  const record = recordIn(leaf, certificate)
  if (record === undefined) return { verdict: 'never-published', code: 'certificate.never-published' }
  const standing = known.standings.get(record.manufacturer)
  if (standing === undefined) throw verificationError('standing-missing', { what: record.manufacturer })
  return judge({ certificate, record, standing, withdrawn: known.withdrawn }, at)
}

function refuseOld({ headerTime, until }: KnownState, now: bigint, maximumAge: bigint | undefined): void {
  if (now >= until) throw lightError('trust-expired', { until, now })
  const age = now - headerTime
  if (maximumAge !== undefined && age > maximumAge) throw proofError('stale', { age, limit: maximumAge })
}

function recordsRoot({ proven, otherRoot }: Proof): Uint8Array {
  const leaf = proven.find(({ tree }) => tree === treeNumber.records)
  const root = leaf === undefined ? otherRoot : rootOf(leaf)
  // A proof without a leaf of one tree gives that tree's root: `decodeProof` has checked it.
  if (root === undefined) throw new TypeError('a decoded proof has both roots')
  return root
}

/** @throws verification.leaf-not-wanted when the leaf is no member's standing */
function standingIn({ key, value }: Proven): readonly [string, Standing] {
  const standing = standings.decode(value ?? new Uint8Array(0))
  if (!equalBytes(key, recordAddress(standings, utf8(standing.member)).key)) throw verificationError('leaf-not-wanted')
  return [standing.member, standing]
}
