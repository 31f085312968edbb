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
