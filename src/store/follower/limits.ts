/** Connections for searches. */
export const maximumSearches = 2

/** A search that runs longer is cancelled by the server, in milliseconds. */
export const searchTimeout = 5_000
