/**
 * What a member's tools do: talk to a node over HTTP, sign, issue, publish, revoke. The command line and the sandbox are
 * made of it.
 *
 * May import: `src`, `pki`, `api/governance`, TypeBox, Node. Start reading at `node-client.ts`, then `submit.ts` (executed once, however
 * often an answer is lost), `publish.ts` and `line.ts`.
 */
export type {
  CarriedAnswer,
  CertificateAnswer,
  ChainAnswer,
  DifferencesAnswer,
  InForceAnswer,
  MemberAnswer,
  ProposalAnswer,
  StatusAnswer,
  TransactionAnswer,
} from './answers.ts'
export {
  type FoundCertificate,
  type FoundCertificates,
  findCertificates,
  readOneCertificate,
  type UnreadCertificate,
} from './certificate-files.ts'
export { createWhole, readBeginning, readBounded, systemReason, writeWhole } from './durable-file.ts'
export { cliError } from './errors.ts'
export { explainRefusal, type RefusedCertificate } from './explain.ts'
export {
  type JoinRequest,
  joinRequest,
  openGovernors,
  proposeOperations,
  readJson,
  type ValidatorRequest,
  type VoteAnswer,
  validatorRequest,
  voteOn,
} from './governance.ts'
export { certificatePath, countSerials, fileNameOf, type IssuedDevice, issueDevices, issuedIn } from './line.ts'
export { NodeClient } from './node-client.ts'
export {
  type GivenPassphrase,
  givenPassphrase,
  passphraseVariable,
  randomPassphrase,
  readPassphrase,
} from './passphrase.ts'
export { pinCheckpoint } from './pin-checkpoint.ts'
export { cutBatches, type Publication, type PublicationVerdict, publishCertificates } from './publish.ts'
export {
  type MassRevocationRequest,
  massRevoke,
  type RevocationAnswer,
  revokeCertificate,
  type Submitter,
} from './revoke.ts'
export { type CertificateQuery, type SearchAnswer, searchCertificates } from './search.ts'
export { type MemberSigner, openSigner, openSignerKey } from './signer.ts'
export { type Act, signAct, submitTransaction } from './submit.ts'
export {
  type TrustUpdate,
  type TrustUpdateOrder,
  updateTrust,
  type WitnessReport,
} from './update-trust.ts'
export { type LightFiles, type LightVerdict, verifyLightFiles } from './verify-light.ts'
export { issueVoucherFile, readVoucherFile, submitCertificate, type VoucherFileOrder } from './voucher.ts'
