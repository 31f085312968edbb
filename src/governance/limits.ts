/** Keys that a member may have for one purpose. */
export const maximumKeys = 16

/** Facts that the standing of one member can hold: each is part of every proof about that member's certificates. */
export const maximumFacts = 64

/** Bytes of one fact. */
export const maximumFactBytes = 512

/** Blocks between a decision to switch the protocol and the switch, so that every node has seen it. */
export const protocolNotice = 2n

/** Bytes of a parameter's value. */
export const maximumParameterBytes = 32 * 1024
