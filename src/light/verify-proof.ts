import { equalBytes } from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { type Proven, rootOf, type TreeName, treeNumber } from '../state/verifier.ts'
import type { Conflict } from './conflict.ts'
import { lightError, proofError } from './errors.ts'
import { followHeader, refuseExpired, refuseFuture } from './follow.ts'
import { followHeaders } from './follow-headers.ts'
import { innerHash } from './merkle.ts'
import { checkForm, type Proof } from './proof.ts'
import { compareTimestamps, timestampToMilliseconds } from './timestamp.ts'
import type { Trust } from './trust.ts'
import type { Header, SignedHeader } from './types.ts'
import { validatorsHash } from './validator-set.ts'
import { refuseSuperfluousVotes, verifySignedHeader } from './verify-commit.ts'

export type VerifiedProof = {
  readonly header: Header
  /** Milliseconds since 1970, of the header: how fresh the proof is. */
  readonly headerTime: bigint
  /** The height whose state is proven: the one before the header's. */
  readonly provenHeight: bigint
  /** Read it with `provenValue`. */
  readonly proven: readonly Proven[]
  /** What the reader may trust from now on: the newest of the trust file and the proof's headers. */
  readonly trust: Trust
}

export type ProofConditions = {
  /** Milliseconds since 1970, by the reader's clock. */
  readonly now: bigint
  /** Milliseconds that the header may be old; without it, any age within the trusting period passes. */
  readonly maximumAge?: bigint
  readonly verifier?: SignatureVerifier
}

/**
 * Verifies a proof against pinned trust alone: no network, no state.
 * A header older than the trusted one is accepted if the trusted validators themselves signed it.
 *
 * @throws proof.*, light.*, state.path-form: in every case nothing in the proof may be believed
 */
export function verifyProof(proof: Proof, trust: Trust, conditions: ProofConditions): VerifiedProof {
  const { now, maximumAge, verifier = portableVoteVerifier } = conditions
  const { header } = proof.signed
  checkForm(proof)
  refuseOtherEra(header, trust)
  refuseExpired(trust, now)
  refuseFuture(header, now)
  const reached = followVia(proof, trust, now, verifier)
  const newest = trustHeader(proof.signed, reached, now, verifier)
  const headerTime = timestampToMilliseconds(header.time)
  refuseStale(headerTime, now, maximumAge)
  refuseOtherRoot(proof)
  return { header, headerTime, provenHeight: header.height - 1n, proven: proof.proven, trust: newest }
}

/**
 * The proof of the fork that a proof shows which `verifyProof` refuses with light.conflicting-header; undefined where it
 * shows none.
 */
export function forkIn(proof: Proof, trust: Trust, { now, verifier }: ProofConditions): Conflict | undefined {
  const validators = proof.via.at(-1)?.validators ?? trust.validators
  const blocks = [...proof.via, { signed: proof.signed, validators }]
  return followHeaders(trust, blocks, { now, ...(verifier === undefined ? {} : { verifier }) }).conflict
}

function refuseOtherEra({ height }: Header, { eras }: Trust): void {
  const from = eras.at(-1)?.from ?? 0n
  if (height < from) throw proofError('other-era', { height, from })
}

/** Each header on the way has to be newer than the one before, and none newer than the proof's. */
function followVia(proof: Proof, trust: Trust, now: bigint, verifier: SignatureVerifier): Trust {
  const { height } = proof.signed.header
  return proof.via.reduce((reached, block) => {
    const own = block.signed.header.height
    if (own <= reached.height || own > height) throw proofError('via-order', { height })
    return followHeader(reached, block, { now, verifier })
  }, trust)
}

/** The proof carries no validators of its own header: they have to be the ones that are trusted by now. */
function trustHeader(signed: SignedHeader, trust: Trust, now: bigint, verifier: SignatureVerifier): Trust {
  const { header } = signed
  if (!equalBytes(header.validatorsHash, validatorsHash(trust.validators))) {
    if (header.chainId !== trust.chain) {
      throw lightError('foreign-chain', { chain: header.chainId, expected: trust.chain })
    }
    throw proofError('unknown-validators', { height: header.height })
  }
  refuseSuperfluousVotes(signed, trust.validators)
  if (header.height >= trust.height) {
    return followHeader(trust, { signed, validators: trust.validators }, { now, verifier })
  }
  verifySignedHeader(signed, trust.validators, trust.chain, verifier)
  if (compareTimestamps(header.time, trust.time) >= 0) {
    throw lightError('time-order', { height: header.height, trusted: trust.height })
  }
  return trust
}

function refuseStale(headerTime: bigint, now: bigint, maximumAge: bigint | undefined): void {
  const age = now - headerTime
  if (maximumAge !== undefined && age > maximumAge) throw proofError('stale', { age, limit: maximumAge })
}

/**
 * What a verified proof says of one key: its value, or null for absence. A proof of absence fits every key that would
 * stand in the same empty place, so a reader always asks for the key that it means.
 * @throws proof.not-proven
 */
export function provenValue(verified: VerifiedProof, tree: TreeName, key: Uint8Array): Uint8Array | null {
  const leaf = verified.proven.find((one) => one.tree === treeNumber[tree] && equalBytes(one.key, key))
  if (leaf === undefined) throw proofError('not-proven', { key })
  return leaf.value ?? null
}

/** The state's root covers the roots of both trees: H(0x01 | standing | records). */
function refuseOtherRoot({ signed, proven, otherRoot }: Proof): void {
  const { appHash, height } = signed.header
  const rootOfTree = (tree: number): Uint8Array => {
    const [first, ...others] = proven.filter((leaf) => leaf.tree === tree).map(rootOf)
    const root = first ?? otherRoot
    if (root === undefined || others.some((other) => !equalBytes(other, root))) throw proofError('root', { height })
    return root
  }
  const root = innerHash(rootOfTree(treeNumber.standing), rootOfTree(treeNumber.records))
  if (!equalBytes(root, appHash)) throw proofError('root', { height })
}
