/** Blocks that stay in the database by default: more than an hour of a chain that makes one a second. */
export const keptBlocks = 4096n

/** Fewer stay by default where the newest have this much, in bytes: some minutes of full blocks. */
export const keptBytes = 256 * 1024 * 1024

/** Fewest blocks that may stay: what views, proofs and a look at the newest header need, with room. */
export const minimumKeptBlocks = 32n

/** Heights in one archive file, at most: about three hours of an idle chain. */
export const maximumFileHeights = 10_000

/** An archive file is cut where its content reaches this, in bytes before compression. */
export const fullFileBytes = 64 * 1024 * 1024

/** Blocks are compressed together until their content reaches this, in bytes: one blob costs this much to decompress. */
export const fullChunkBytes = 256 * 1024

/** A field of a block's row that is accepted, in bytes: a full block has 8 MiB, its results and events seldom as much. */
export const maximumFieldBytes = 64 * 1024 * 1024

/** Content of a chunk that is accepted, in bytes: a block's three large fields, and what was gathered before them. */
export const maximumChunkBytes = 256 * 1024 * 1024

/** A header or an index of an archive file that is accepted, in bytes. */
export const maximumIndexBytes = 2 * 1024 * 1024

/** The largest match distance that is accepted, as a power of two: what a decompressor needs is bounded by it. */
export const maximumWindowLog = 23

/** Zstandard's level: see the decision on the archive. */
export const compressionLevel = 3

/** Indexes of archive files that are kept in memory. */
export const cachedIndexes = 32

/** Decompressed chunks that are kept in memory: neighbours are often asked for together. */
export const cachedChunks = 4

/** Rows that one statement takes out of the database: others wait for the disk meanwhile. */
export const deletedAtOnce = 64n

/** Milliseconds between two portions of work beside a running node. */
export const backgroundPause = 10

/** Blocks between two looks at whether there is something to archive. */
export const lookInterval = 256n

/** How many times as large as its rows the table of blocks may be before they are moved together. */
export const looseFactor = 3n

/** Blocks that one statement moves. */
export const movedAtOnce = 16n

/** A table smaller than this is left as it is, in bytes. */
export const smallestLoose = 1024n * 1024n
