/** Bytes of a list of organisations. */
export const maximumListBytes = 1024 * 1024

/** Milliseconds that a node has to come up, and to stop, under a supervisor. */
export const startPatience = 120_000
export const stopPatience = 30_000
