/**
 * fsck: whether a store holds what its chain decided. Full, resumable, by range; it says what is wrong where, and mends
 * what can be made again from what is sound. Beside it, copies of a chain: backup and restoration.
 *
 * May import: everything of `src` but `src/node`. Start reading at `fsck.ts` (the steps), then `check-state.ts`,
 * `survey-state.ts` (whether all is well) and `tree-walk.ts` (from the head's root down to every record), then
 * `check-blocks.ts` (the history).
 */
export { archiveComplaint } from './archivable.ts'
export { type BackupManifest, type BackupSummary, restoreBackup, writeBackup } from './backup.ts'
export { fsckError } from './errors.ts'
export type { CheckName, Finding } from './finding.ts'
export { type FsckOptions, type FsckRange, type FsckReport, type FsckStep, fsck } from './fsck.ts'
export { quickCheck } from './quick-check.ts'
