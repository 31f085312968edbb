/**
 * The light client: verifies headers, votes, proofs and trust files of a chain from pinned trust alone.
 * No I/O, no clock, nothing of Node: it runs in a browser.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto/portable` and `src/state`'s proof verifier.
 * Start reading at `verify-proof.ts`, then `follow.ts` (one step), `bisect.ts` (the way), `verify-commit.ts`, `trust.ts`;
 * `json/` reads CometBFT's light blocks. The formats are described in `docs/reference/trust-and-proof.md`.
 */
/** Validators' keys as 32 raw bytes, and back. */
export { ed25519Raw as rawValidatorKey, ed25519Spki as validatorKey } from '../crypto/portable/index.ts'
export { type BisectConditions, bisect, walk } from './bisect.ts'
export { consensusParametersHash, resultsHash, transactionsHash } from './block-hashes.ts'
export type { Checkpoint } from './checkpoint.ts'
export { commitHash } from './commit-hash.ts'
export { type Conflict, conflictBetween, type JudgedConflict, judgeConflict } from './conflict.ts'
export { lightError, proofError, trustError } from './errors.ts'
export { encodeEvidence, parseEvidence } from './evidence.ts'
export { type FollowConditions, followHeader } from './follow.ts'
export { type Followed, followHeaders, type SeenFork } from './follow-headers.ts'
export { headerHash } from './header-hash.ts'
export {
  encodeLightBlock,
  parseLightBlock,
  parseLightBlocks,
  parsePinnedBlock,
  renderLightBlock,
  signedHeaderOf as signedHeaderFromJson,
  validatorOf as validatorFromJson,
} from './json/index.ts'
export { leadingHeaders } from './leading-headers.ts'
export {
  blockProtocol,
  defaultTrustingPeriod,
  maximumClockDrift,
  maximumEras,
  maximumHeight,
  maximumLightBlockBytes,
  maximumLightBlocks,
  maximumLightBlocksBytes,
  maximumParts,
  maximumProofBytes,
  maximumProvenLeaves,
  maximumRound,
  maximumSignedHeaderBytes,
  maximumTotalPower,
  maximumTrustBytes,
  maximumTrustingPeriod,
  maximumValidators,
  maximumViaHeaders,
} from './limits.ts'
export { emptyHash, merkleRoot } from './merkle.ts'
export { compareLeaves, decodeProof, encodeProof, type Proof, proofFormat } from './proof.ts'
export { decodeSignedHeader, encodeSignedHeader } from './signed-header.ts'
export { formatTime, parseTime } from './time-text.ts'
export { compareTimestamps, timestampFromMilliseconds, timestampToMilliseconds } from './timestamp.ts'
export { checkThreshold, decodeTrust, type Era, encodeTrust, isThreshold, type Trust, trustFrom } from './trust.ts'
export { defaultThreshold, type TrustedHeader, trustedUntil } from './trusted-header.ts'
export type { BlockId, CommitVote, Header, LightBlock, SignedHeader, Timestamp, Validator } from './types.ts'
export {
  checkValidatorSet,
  orderValidators,
  totalPower,
  validatorAddress,
  validatorsHash,
} from './validator-set.ts'
export { type Fraction, trimVotes, verifySignedHeader } from './verify-commit.ts'
export { forkIn, type ProofConditions, provenValue, type VerifiedProof, verifyProof } from './verify-proof.ts'
export { voteSignBytes } from './vote.ts'
export { endOf, type Step, type Way } from './way.ts'
