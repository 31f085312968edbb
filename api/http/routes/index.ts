/**
 * The routes: one file each, named after what it does, with the same fields. Each gets only what it uses.
 *
 * May import: `src`, `pki` and the views and schemas beside this folder; never Fastify. Start reading at `read-chain.ts`.
 */
import type { Follower } from '../../../src/follower/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import type { Carrier } from '../../carrier/index.ts'
import type { Registry } from '../metrics.ts'
import type { BoundRoute } from '../route.ts'
import type { Slots } from '../slots.ts'
import { compareInForce } from './compare-in-force.ts'
import { exposeMetrics } from './expose-metrics.ts'
import { listMembers } from './list-members.ts'
import { listModules } from './list-modules.ts'
import { listProblems } from './list-problems.ts'
import { listProposals } from './list-proposals.ts'
import { proveCertificate } from './prove-certificate.ts'
import { readCertificate } from './read-certificate.ts'
import { readChain } from './read-chain.ts'
import { readHeader } from './read-header.ts'
import { readInForce } from './read-in-force.ts'
import { readLightBlock } from './read-light-block.ts'
import { readMember } from './read-member.ts'
import { readProblem } from './read-problem.ts'
import { readProposal } from './read-proposal.ts'
import { readTransaction } from './read-transaction.ts'
import { readTrust } from './read-trust.ts'
import { reportHealth } from './report-health.ts'
import { reportReadiness } from './report-readiness.ts'
import { reportStatus } from './report-status.ts'
import { searchCertificates } from './search-certificates.ts'
import { submitCertificate } from './submit-certificate.ts'
import { submitTransaction } from './submit-transaction.ts'

export { ics23Type, proofType } from './prove-certificate.ts'
export { trustType } from './read-trust.ts'

export function bindRoutes(parts: {
  readonly node: LedgerNode
  readonly registry: Registry
  readonly submissions: Slots
  readonly carrier: Carrier | undefined
  readonly follower: Follower | undefined
  readonly maximumHeadAge: number
}): readonly BoundRoute[] {
  const { node, registry, submissions } = parts
  return [
    readChain(node),
    listMembers(node),
    readMember(node),
    submitTransaction(node, { slots: submissions }),
    readTransaction(node),
    readHeader(node),
    readLightBlock(node),
    listModules(node),
    listProposals(node),
    readProposal(node),
    readInForce(node),
    compareInForce(node),
    submitCertificate(parts),
    readCertificate(node),
    proveCertificate(node),
    searchCertificates(parts),
    readTrust(node),
    listProblems(undefined),
    readProblem(undefined),
    reportHealth(undefined),
    reportReadiness(parts),
    reportStatus(parts),
    exposeMetrics(registry),
  ]
}
