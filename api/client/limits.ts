/** Milliseconds until a request without an answer is given up: a node answers a submission within 30 s. */
export const requestTimeout = 60_000

/** Bytes of one answer: the largest, a list of 1,024 members with all their keys, has about 4 MB. */
export const maximumAnswerBytes = 16 * 1024 * 1024

/** How often the same transaction is sent before its answer is given up. */
export const maximumAttempts = 6

/** Milliseconds before the second attempt; doubled before each further one. */
export const firstPause = 250

/** Milliseconds that a node's Retry-After is heeded, at most: a wrong one must not end a run of the command line. */
export const maximumRetryAfter = 30_000

/** By which part a pause may be longer: clients that were turned away together do not come back together. */
export const maximumSpread = 0.25

/** Milliseconds of block time for which a transaction stays valid: longer than all attempts take, at most an hour. */
export const transactionValidity = 15n * 60n * 1000n

/** Milliseconds that a witness may be behind the node whose header it is asked about. */
export const witnessPatience = 5_000

/** Milliseconds between two looks at a witness that is behind. */
export const witnessPause = 200

/** Bytes of a transaction that are not its items: envelope, signer, and each item's own few bytes. */
export const envelopeReserve = 16 * 1024

/** Bytes that one item of a publication takes beside its certificate: a map, a name, a length. */
export const itemOverhead = 24

/** Bytes of a file that may hold certificates: what the largest bundle takes. */
export const maximumCertificateFileBytes = 16 * 1024 * 1024

/** Files that one publication reads: a year's production of a line, and a bound for a path that was a slip. */
export const maximumFiles = 1_000_000

/** Bytes of a file that says what is proposed: its operations have 24 KiB as CBOR. */
export const maximumProposalFile = 256 * 1024

/** Bytes of a passphrase. */
export const maximumPassphraseBytes = 1024

/** Devices that are made at the same time: keys and flushes to disk overlap. */
export const issuedAtOnce = 32

/** Milliseconds by which notBefore is set back: clocks differ. */
export const backdating = 300_000n
