/**
 * The commands, one a file: each adds itself to its parent. A command reads its words, calls `api/client`, and returns
 * an outcome; what prints it is `../frame.ts`.
 *
 * May import: the rest of `api`, `pki`, `src`, commander. Start reading at `certificate-publish.ts`.
 */
export { backup } from './backup.ts'
export { certificateMassRevoke } from './certificate-mass-revoke.ts'
export { certificatePublish } from './certificate-publish.ts'
export { certificateRevoke } from './certificate-revoke.ts'
export { certificateShow } from './certificate-show.ts'
export { certificateStatus } from './certificate-status.ts'
export { certificateSubmit } from './certificate-submit.ts'
export { completion } from './completion.ts'
export { deviceIssue } from './device-issue.ts'
export { followerRebuild } from './follower-rebuild.ts'
export { followerStatus } from './follower-status.ts'
export { fsck } from './fsck.ts'
export { lightEvidence } from './light-evidence.ts'
export { lightGet } from './light-get.ts'
export { lightVerify } from './light-verify.ts'
export { memberList } from './member-list.ts'
export { moduleList } from './module-list.ts'
export { openapi } from './openapi.ts'
export { proofGet } from './proof-get.ts'
export { proofVerify } from './proof-verify.ts'
export { prune } from './prune.ts'
export { restore } from './restore.ts'
export { sandbox } from './sandbox.ts'
export { searchCertificates } from './search-certificates.ts'
export { trustExport } from './trust-export.ts'
export { trustUpdate } from './trust-update.ts'
export { voucherIssue } from './voucher-issue.ts'
