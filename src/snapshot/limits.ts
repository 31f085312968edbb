/** The one format that is written and read. */
export const snapshotFormat = 1

/** Bytes of the entries in one chunk: it takes entries as long as they fit, and always one. */
export const chunkEntryBytes = 4 * 1024 * 1024

/** Entries in one chunk, at most. */
export const maximumChunkEntries = 65_536

/** A chunk, in bytes: its entries, one of the largest, and what leads to the root. Below the 16 MB of a message of CometBFT's. */
export const maximumChunkBytes = 12 * 1024 * 1024

/** Chunks of one snapshot: CometBFT's default; the manifest then has 3.2 MB, below the 4 MB of its message. */
export const maximumChunks = 100_000

/** A manifest, in bytes. */
export const maximumManifestBytes = 3_500_000

/** Byte strings that one record names by their digests. */
export const maximumAttachments = 16

/** One such byte string: what a transaction can carry, or the ids of all transactions of the largest block. */
export const maximumAttachmentBytes = 2 * 1024 * 1024

/** Leaves whose records are read at once: what they name may lie anywhere in the archive, which is gone through for each portion. */
export const leavesAtOnce = 16_384

/** Snapshots that a node keeps. */
export const keptSnapshots = 2

/** Milliseconds between two looks for the header that signs a state. */
export const headerPause = 50

/** Milliseconds to wait for that header: the next block of an idle chain is a second away. */
export const headerPatience = 30_000
