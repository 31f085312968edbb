/** Devices of the line. */
export const lineSize = 1_000

/** Certificates in one batch of the line: small enough that a bar moves. */
export const publicationBatch = 250

/** Bytes of a file that the sandbox wrote for itself. */
export const maximumOwnFile = 1024 * 1024
