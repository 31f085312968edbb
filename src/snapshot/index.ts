/**
 * Snapshots: the whole state after a block, in chunks that are each verified against the chain's root. A new node fills
 * its database from one in place of executing every block since the genesis.
 *
 * May import: everything of `src` up to `src/chain`. Start reading at `manifest.ts` and `chunk.ts` (what a snapshot is), then
 * `verify-chunk.ts`, `export.ts` and `restoration.ts`. The format: `docs/reference/snapshot.md`.
 */
export { type Chunk, decodeChunk, type Entry, encodeChunk } from './chunk.ts'
export { ChunkSequence, type TakenChunk } from './chunk-sequence.ts'
export { snapshotError } from './errors.ts'
export { type ExportOptions, exportSnapshot, type SnapshotSummary } from './export.ts'
export { removeLeftovers, removeSnapshot, SnapshotFolder, snapshotHeights, snapshotPath } from './folder.ts'
export { importSnapshot, type TrustedSource, type VerifiedSnapshot, verifySnapshot } from './import.ts'
export { keptSnapshots, maximumChunkBytes, maximumChunks, maximumManifestBytes, snapshotFormat } from './limits.ts'
export { type ListedSnapshot, listSnapshots } from './list.ts'
export {
  checkManifest,
  decodeManifest,
  encodeManifest,
  type Manifest,
  manifestDigest,
  manifestRoot,
  type SoundManifest,
} from './manifest.ts'
export { Restoration } from './restoration.ts'
export { SnapshotSchedule, type SnapshotScheduleOptions } from './snapshot-schedule.ts'
export { type Refused, StateSync, type StateSyncOptions } from './state-sync.ts'
export { storedHeaders } from './stored-header.ts'
export { type VerifiedChunk, verifyChunk } from './verify-chunk.ts'
