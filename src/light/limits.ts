/** Validators in one set. A commit vote takes about 80 bytes, so that a proof of the largest set still fits its limit. */
export const maximumValidators = 256

/** Total power of a validator set: an eighth of the largest int64, as CometBFT bounds it. */
export const maximumTotalPower = (2n ** 63n - 1n) / 8n

/** Heights are int64 on the wire. */
export const maximumHeight = 2n ** 63n - 1n

/** Rounds are int32 on the wire. */
export const maximumRound = 2 ** 31 - 1

/** Parts of a block are counted in a uint32. */
export const maximumParts = 2 ** 32 - 1

/** How far a header's time may lie ahead of the reader's clock, in milliseconds: CometBFT's default. */
export const maximumClockDrift = 10_000n

/** An encoded signed header, in bytes: a header has about 500, each vote about 80. */
export const maximumSignedHeaderBytes = 32 * 1024

/** A trust file, in bytes: each validator takes about 45. */
export const maximumTrustBytes = 32 * 1024

/** Longest trusting period, in milliseconds: ten years. It is for the reader to choose far less where it has a clock. */
export const maximumTrustingPeriod = 3653n * 86_400_000n

/** The trusting period of trust files that a node writes, in milliseconds: validators answer that long for what they signed. */
export const defaultTrustingPeriod = 30n * 86_400_000n

/** Eras in a trust file: a chain is begun anew a few times in its life. */
export const maximumEras = 64

/** A `.proof` file, in bytes. */
export const maximumProofBytes = 64 * 1024

/** Proven leaves in one proof: a certificate needs about five. */
export const maximumProvenLeaves = 64

/** Headers that lead from the trusted validator set to the one that signed the proof's header. */
export const maximumViaHeaders = 32

/** Nesting of JSON: the deepest light block needs 7. */
export const maximumJsonDepth = 16

/** Values in one JSON file: light blocks have one in about 40 bytes. */
export const maximumJsonValues = 1_000_000

/** One light block in JSON, in bytes: each of 256 validators takes about 600 with both sets. */
export const maximumLightBlockBytes = 1024 * 1024

/** Light blocks in one file: with skipping, a year of a chain needs a few. */
export const maximumLightBlocks = 1024

/** A file of light blocks in JSON, in bytes. */
export const maximumLightBlocksBytes = 16 * 1024 * 1024

/** Headers from which one header of a file is tried: the newest ones, and the pinned one. */
export const maximumBases = 8

/** Headers that one way from trust to a newer header may ask for. */
export const maximumFollowedHeaders = 4096

/** The only block format whose hashing rules are known here. */
export const blockProtocol = 11n
