/** Bytes of a join file: an organisation's keys, its node, and their signatures. */
export const maximumJoinBytes = 64 * 1024

/** Join files that make one network: as many as a genesis has members. */
export const maximumJoins = 1024

/** Bytes of a network file: its join files. */
export const maximumNetworkBytes = 16 * 1024 * 1024

/** Bytes of the settings of a node. */
export const maximumSettingsBytes = 1024 * 1024

/** Milliseconds by which the clock of an organisation may be ahead of the one that assembles. */
export const maximumClockLead = 10n * 60n * 1000n

/** Voting power of a validator when nothing else is said. */
export const defaultPower = 10n

/** From so many validators on none may have a third of the power: the network is there to go on without any one of them. */
export const smallestConsortium = 4

/** Validators whose votes have room in a block. */
export const maximumValidators = 150
