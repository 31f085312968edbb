/** Keys that a member may have for one purpose. */
export const maximumKeys = 16

/** Facts that the standing of one member can hold: each is part of every proof about that member's certificates. */
export const maximumFacts = 64

/** Bytes of a member's standing beyond which no fact is added: with all states to come it can still be proven (32 KiB). */
export const maximumStandingBytes = 28 * 1024

/** Bytes of one fact. */
export const maximumFactBytes = 768

/** States that a member can have gone through, the last of which can only be `removed`. */
export const maximumStates = 128

/** Blocks between a decision to switch the protocol and the switch, so that every node has seen it. */
export const protocolNotice = 2n

/** Bytes of a parameter's value. */
export const maximumParameterBytes = 32 * 1024

/** Members that can govern with one role: their ids fit into one value that can be proven. */
export const maximumGoverning = 900

/** Proposals of one member on which votes are being cast. */
export const maximumOpenProposals = 16

/** Operations that one proposal carries: what only makes sense together. */
export const maximumProposedOperations = 4

/** Bytes of a proposal's operations: with what stands around them they can be proven. */
export const maximumProposalBytes = 24 * 1024

/** Milliseconds for which votes on a proposal can be cast, at least: proposals stay for ever, and so can not be made by the second. */
export const minimumVotingTime = 3_600_000n

/** The same at most: 90 days. */
export const maximumVotingTime = 90n * 86_400_000n

/** Power of one validator: all of them together stay far below the eighth of an int64 that CometBFT allows. */
export const maximumPower = 1_000_000_000n

/** Power of all validators together, at least: with less, the smallest change would be a third. */
export const minimumTotalPower = 4n

/** Votes on one proposal: the members that cast them fit into one value that can be proven. */
export const maximumVotes = 900

/** Bytes of a member, a parameter or the validators as stored: what was in force once is kept, with what it was, in one value. */
export const maximumKeptBytes = 32 * 1024 - 512
