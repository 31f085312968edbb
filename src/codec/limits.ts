/** Deepest nesting of a CBOR item; the deepest schema needs 8. */
export const maximumDepth = 16

/** A signed transaction, in bytes. Below CometBFT's default `max_tx_bytes` of 4 MiB; a batch of 1,000 certificates has 0.5 MB. */
export const maximumTransactionBytes = 2 * 1024 * 1024

/** Operations in one transaction: more than any workflow needs in one atomic act. */
export const maximumOperations = 64

/** Signers of one transaction: a threshold of a large consortium, all purposes. */
export const maximumSigners = 64

/** One signature, in bytes: ML-DSA-87, the largest in sight, has 4,627. */
export const maximumSignatureBytes = 8192

/** How far ahead of block time `validUntil` may lie, in milliseconds: it bounds how long ids are remembered. */
export const maximumValidity = 60n * 60n * 1000n
