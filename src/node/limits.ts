/** Milliseconds that a submission waits for its block. */
export const commitTimeout = 30_000

/** Milliseconds that a proof waits until it covers everything this node has acknowledged. */
export const proofTimeout = 10_000
