/** Milliseconds in which single submissions gather before they are carried: a burst then shares one signature and one block. */
export const gatherTime = 3

/** Certificates in one carried batch. */
export const maximumCarriedItems = 500

/** Bytes of certificates and vouchers in one carried batch: half of the largest transaction. */
export const maximumCarriedBytes = 1024 * 1024

/** Batches that are under way at once: while one is in its block the next is verified, and all others go on gathering. */
export const maximumCarriedBatches = 2

/** Milliseconds after which a batch that has no answer yet gives its place to others: its own senders go on waiting. */
export const patience = 1_000

/** Submissions that are examined, gather or wait for their block. Each holds at most ten kilobytes. */
export const maximumCarried = 1024

/** Milliseconds of block time for which a carried batch may still be executed: longer than anybody waits for it. */
export const carriedValidity = 15n * 60n * 1000n
