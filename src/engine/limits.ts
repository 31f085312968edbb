/** Largest block in bytes, header and votes included; it stands in the consensus parameters that each header hashes. */
export const maximumBlockBytes = 8 * 1024 * 1024

/** Part of a block that is kept free of transactions: header, framing, and the votes of up to 150 validators. */
export const blockOverheadBytes = 640 * 1024

/** CometBFT's "no limit": transactions are metered by the application. */
export const maximumGas = -1n

/** Most transactions that wait in a mempool. */
export const maximumMempoolCount = 5_000

/** Most bytes that wait in a mempool: eight full blocks. */
export const maximumMempoolBytes = 8 * maximumBlockBytes
