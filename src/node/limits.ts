/** Milliseconds that a submission waits for its block. */
export const commitTimeout = 30_000

/** Milliseconds that a proof waits until it covers everything this node has acknowledged. */
export const proofTimeout = 10_000

/** Milliseconds for which a pinned header may be trusted: validators answer that long for what they signed. */
export const trustingPeriod = 30n * 24n * 60n * 60n * 1000n
