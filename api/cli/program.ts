/** The tree of commands. Help, completion and the reference are made from it. */
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { Command, Help, Option } from 'commander'
import {
  backup,
  certificateMassRevoke,
  certificatePublish,
  certificateRevoke,
  certificateShow,
  certificateStatus,
  certificateSubmit,
  completion,
  consortium,
  deviceIssue,
  followerRebuild,
  followerStatus,
  fsck,
  governanceDiff,
  governanceInForce,
  governanceJoin,
  governanceList,
  governancePropose,
  governanceShow,
  governanceValidator,
  governanceVote,
  lightEvidence,
  lightGet,
  lightVerify,
  memberList,
  moduleList,
  networkAssemble,
  networkInit,
  networkJoin,
  networkStart,
  nodeInit,
  nodeStart,
  nodeStatus,
  openapi,
  proofGet,
  proofVerify,
  prune,
  restore,
  sandbox,
  searchCertificates,
  snapshotExport,
  snapshotImport,
  snapshotList,
  snapshotVerify,
  trustExport,
  trustUpdate,
  voucherIssue,
} from './commands/index.ts'
import type { Frame } from './frame.ts'
import { nodeUrl } from './options.ts'

/** Where a sandbox listens. */
export const defaultNode = 'http://127.0.0.1:7600'

export function makeProgram(frame: Frame): Command {
  const program = new Command('commonroot')
  program
    .description('A shared certificate ledger in place of a root CA, for telecom.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand(false)
    .addOption(new Option('--json', 'print one JSON value to standard output'))
    .addOption(
      new Option('--node <url>', 'the node to talk to').env('COMMONROOT_NODE').default(defaultNode).argParser(nodeUrl),
    )
    .addHelpText('after', endNote)
    // Errors are reported in one form, by the caller.
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, optionDescription })
    .exitOverride()

  sandbox(program, frame)
  consortium(program, frame)
  const network = group(program, 'network', 'A network of several organisations.')
  networkJoin(network, frame)
  networkAssemble(network, frame)
  networkInit(network, frame)
  networkStart(network, frame)
  const node = group(program, 'node', "One organisation's node of a network.")
  nodeInit(node, frame)
  nodeStart(node, frame)
  nodeStatus(node, frame)
  fsck(program, frame)
  prune(program, frame)
  backup(program, frame)
  restore(program, frame)
  const snapshot = group(program, 'snapshot', 'Whole states, for nodes that begin without a history.')
  snapshotExport(snapshot, frame)
  snapshotVerify(snapshot, frame)
  snapshotImport(snapshot, frame)
  snapshotList(snapshot, frame)
  const member = group(program, 'member', 'Members of the chain.')
  memberList(member, frame)
  const governance = group(program, 'governance', 'What the members decide together.')
  governancePropose(governance, frame)
  governanceVote(governance, frame)
  governanceList(governance, frame)
  governanceShow(governance, frame)
  governanceInForce(governance, frame)
  governanceDiff(governance, frame)
  governanceJoin(governance, frame)
  governanceValidator(governance, frame)
  const device = group(program, 'device', "A manufacturer's production line.")
  deviceIssue(device, frame)
  const certificate = group(program, 'certificate', 'Certificates on the ledger.')
  certificatePublish(certificate, frame)
  certificateSubmit(certificate, frame)
  certificateShow(certificate, frame)
  certificateStatus(certificate, frame)
  certificateRevoke(certificate, frame)
  certificateMassRevoke(certificate, frame)
  const search = group(program, 'search', 'What can be found on the ledger.')
  searchCertificates(search, frame)
  const voucher = group(program, 'voucher', "A line's permission for devices to publish by themselves.")
  voucherIssue(voucher, frame)
  const trust = group(program, 'trust', 'What a relying party pins of a chain.')
  trustExport(trust, frame)
  trustUpdate(trust, frame)
  const proof = group(program, 'proof', 'Proofs about certificates, to be verified offline.')
  proofGet(proof, frame)
  proofVerify(proof, frame)
  const light = group(program, 'light', 'Headers, verified without trusting a node.')
  lightGet(light, frame)
  lightVerify(light, frame)
  lightEvidence(light, frame)
  const follower = group(program, 'follower', "A node's search indexes.")
  followerStatus(follower, frame)
  followerRebuild(follower, frame)
  const module = group(program, 'module', 'The rules that the chain runs.')
  moduleList(module, frame)
  openapi(program, frame)
  completion(program, frame)
  return program
}

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).helpCommand(false)
}

/** Commander's own, which does not say what must be given. */
function optionDescription(option: Option): string {
  return `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`
}

const endNote = `
Exit codes: 0 done or valid, 1 refused or invalid, 2 wrong usage, 3 no node answers.

Example: commonroot sandbox`

function packageVersion(): string {
  const manifest = findPackageJSON('..', import.meta.url)
  if (manifest === undefined) return 'unknown'
  const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'))
  return typeof version === 'string' ? version : 'unknown'
}
