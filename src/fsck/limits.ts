/** Pages of the state trees that are read at once; each has a few leaves, whose records are read with them. */
export const pagePortion = 1000

/** Rows of a table that is read from end to end, at once: so few that they are gone before garbage is moved as long-lived. */
export const scanPortion = 1000

/** Records that are read at once. */
export const recordPortion = 2000

/** Blobs that the database checks at once. */
export const blobPortion = 5000

/** Blocks that are read at once, and as many ahead: each may have some megabytes. */
export const blockPortion = 4n

/** Transaction ids that are read at once. */
export const transactionPortion = 5000

/** Findings that a report lists; it counts those beyond. */
export const maximumFindings = 10_000

/** Rounds of looking and mending: what lies under a damaged page can be seen only when the page is mended. */
export const maximumRounds = 8

/** A record up to this size, in bytes, is searched for one flipped bit. */
export const largestSearched = 4096

/** Records that a start holds against their leaves. */
export const startSample = 64

/** Milliseconds between two notes of how far a check has come. */
export const checkpointInterval = 2000

/** A frame of a backup, in bytes: a few archived blocks are the largest. */
export const maximumFrameBytes = 1024 * 1024 * 1024

/** Heights below the head at which the whole state is compared; proofs are made at the first. Others have a checksum. */
export const readHeights = 2n
