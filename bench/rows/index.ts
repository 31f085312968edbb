/** The table of the benchmarks: one file a measurement, in the order in which they are taken and printed. */
import type { Row } from '../row.ts'
import { bundleAbsence, bundleMembership, certificatePart } from './bundle-sizes.ts'
import { disk } from './disk.ts'
import { fsck } from './fsck.ts'
import { memory } from './memory.ts'
import { proofChecks } from './proof-checks.ts'
import { publishToProof } from './publish-to-proof.ts'
import { singleSubmission } from './single-submission.ts'
import { snapshotImport } from './snapshot-import.ts'
import { startAfterKill, startClean } from './start.ts'
import { throughput } from './throughput.ts'
import { throughputAtMillion } from './throughput-at-million.ts'

/** Disk, `fsck` and the snapshot come before the rows that kill the node, sizes before those that publish more. */
export const rows: readonly Row[] = [
  throughput,
  throughputAtMillion,
  memory,
  disk,
  fsck,
  snapshotImport,
  bundleMembership,
  bundleAbsence,
  certificatePart,
  proofChecks,
  publishToProof,
  singleSubmission,
  startClean,
  startAfterKill,
]
