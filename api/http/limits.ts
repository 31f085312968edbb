/** A URL with its query, in characters: the longest real one has 150. */
export const maximumUrlLength = 2048

/** Request line and headers together, in bytes. */
export const maximumHeaderBytes = 16 * 1024

/** One path parameter, in characters: anything longer is refused by its own schema, not by the router. */
export const maximumParameterLength = maximumUrlLength

/** Milliseconds in which a client must have sent its whole request. */
export const receiveTimeout = 30_000

/** Milliseconds between two looks for requests that take too long. */
export const timeoutCheckInterval = 5_000

/** Milliseconds without a byte after which a connection is closed. Above the time that a submission waits for its block. */
export const idleTimeout = 75_000

/** Connections of all clients together. */
export const maximumConnections = 1024

/**
 * Requests that are being answered, submissions aside. One connection can send any number without waiting for answers, and
 * each holds some memory.
 */
export const maximumRequests = 512

/** Submissions that are being received or wait for their block: each holds up to one transaction in memory. */
export const maximumSubmissions = 64

/** Seconds after which a client that was turned away may try again: a few blocks. */
export const retryAfter = 2

/**
 * Milliseconds by which the refusal of a request that finds no place is held back. Refusals without it, to a few hundred
 * clients that come back at once, take all the time of the node's one thread.
 */
export const refusalDelay = 200

/** Members or found certificates in one page. */
export const maximumPage = 100

/** Proposals in one page: each carries up to 24 KiB of operations, shown twice. */
export const maximumProposals = 50

/** Found certificates in a page for which no size is asked: each is read and verified anew. */
export const defaultSearchPage = 20

/** Milliseconds of age up to which the newest block counts as recent: an idle chain makes one every second or few. */
export const maximumHeadAge = 60_000

/** Milliseconds that a readiness check waits for the store. */
export const readinessTimeout = 2_000

/** Heights below the head that are looked at for the newest signed header, which follows its block within milliseconds. */
export const maximumUnsigned = 16n

/** Characters of one detail of a problem. */
export const maximumDetail = 200
