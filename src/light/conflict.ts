/** Two headers of one height whose votes both count: the proof that validators broke the rules. */
import { equalBytes } from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier } from '../crypto/portable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { lightError } from './errors.ts'
import { checkVouched, followHeader } from './follow.ts'
import { maximumTrustingPeriod } from './limits.ts'
import { timestampToMilliseconds } from './timestamp.ts'
import { defaultThreshold, type TrustedHeader } from './trusted-header.ts'
import type { LightBlock, Validator } from './types.ts'
import { endOf, type Way } from './way.ts'

export type Conflict = {
  /** The header from which both sides follow. Who trusts it has to believe the proof. */
  readonly common: TrustedHeader
  /** Light blocks of rising heights, each followed from the one before, the first from `common`. */
  readonly one: readonly LightBlock[]
  /** The same to another header of the same height. Where `one` is empty, that is the height of `common` itself. */
  readonly other: readonly LightBlock[]
}

export type JudgedConflict = {
  readonly chain: string
  readonly height: bigint
  readonly hashes: readonly [Uint8Array, Uint8Array]
  /** Who voted for both headers; where the votes of only one are known, the trusted validators who voted for it. */
  readonly culprits: readonly Validator[]
}

/** Leaves out the part that two ways have in common. */
export function conflictBetween<Trusted extends TrustedHeader>(one: Way<Trusted>, other: Way<Trusted>): Conflict {
  let shared = 0
  while (sameHeader(one.steps[shared]?.block, other.steps[shared]?.block)) shared++
  return {
    common: endOf({ from: one.from, steps: one.steps.slice(0, shared) }),
    one: one.steps.slice(shared).map(({ block }) => block),
    other: other.steps.slice(shared).map(({ block }) => block),
  }
}

/**
 * Follows both sides again, from `common` alone. It asks for no clock: a fork stays one after the trusting period.
 * @throws light.evidence when a side does not follow, or both lead to the same header
 */
export function judgeConflict(
  { common, one, other }: Conflict,
  verifier: SignatureVerifier = portableVoteVerifier,
): JudgedConflict {
  const [left, right] = [sideEnd(common, one, verifier), sideEnd(common, other, verifier)]
  if (left.height !== right.height) throw lightError('evidence', { reason: 'its sides end at different heights' })
  if (equalBytes(left.headerHash, right.headerHash)) {
    throw lightError('evidence', { reason: 'both sides end with the same header' })
  }
  return {
    chain: common.chain,
    height: left.height,
    hashes: [left.headerHash, right.headerHash],
    culprits: votersOf(one.at(-1), common).filter(({ key }) =>
      votersOf(other.at(-1), common).some((voter) => equalBytes(voter.key.spki, key.spki)),
    ),
  }
}

function sideEnd(common: TrustedHeader, blocks: readonly LightBlock[], verifier: SignatureVerifier): TrustedHeader {
  let reached: TrustedHeader = { ...common, trustingPeriod: maximumTrustingPeriod, threshold: defaultThreshold }
  try {
    for (const block of blocks) {
      const { header, blockId } = block.signed
      // Each header is judged at its own time, so that none of them is of the future.
      const conditions = { now: timestampToMilliseconds(header.time), verifier }
      if (header.height > reached.height) reached = followHeader(reached, block, conditions)
      else {
        checkVouched(reached, block, conditions)
        reached = { ...reached, headerHash: blockId.hash }
      }
    }
    return reached
  } catch (cause) {
    if (!(cause instanceof CommonrootError)) throw cause
    throw lightError('evidence', { reason: cause.message }, cause)
  }
}

function votersOf(block: LightBlock | undefined, common: TrustedHeader): readonly Validator[] {
  if (block === undefined) return common.validators
  return block.signed.votes.flatMap(({ validator }) => block.validators[validator] ?? [])
}

function sameHeader(one: LightBlock | undefined, other: LightBlock | undefined): boolean {
  return one !== undefined && other !== undefined && equalBytes(one.signed.blockId.hash, other.signed.blockId.hash)
}
