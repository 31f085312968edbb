/**
 * The archive: blocks that are old enough leave the database for files, which are written once and never change. Reads
 * find a block in either place.
 *
 * May import: what `src/store` may. Start reading at `file-form.ts` (the bytes), then `prune.ts` (how blocks get there),
 * then `block-archive.ts` (how they are read).
 */
export { ArchiveFile } from './archive-file.ts'
export { archiveName, archivesIn, type FileRange, removeArchive } from './archive-folder.ts'
export { type ArchiveEntry, BlockArchive, isArchiveDamage } from './block-archive.ts'
export { archivedBlobs, entryLookup, registerAnew } from './database.ts'
export { type ArchiveDamage, entryOf, examineChunk, examineFrame } from './examine.ts'
export type { ArchivedBlock } from './file-form.ts'
export { backgroundPause, keptBlocks, keptBytes, lookInterval, minimumKeptBlocks } from './limits.ts'
export { type PruneOptions, type PruneReport, pruneBlocks } from './prune.ts'
export type { Complaint } from './write-file.ts'
