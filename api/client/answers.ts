/** What a node answers, as far as this client reads it. A node is not trusted to keep to it: every answer is checked. */
import { type Static, Type } from 'typebox'

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.Integer({ minimum: 0 })

export const ChainAnswer = Type.Object({
  chain: Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*-[0-9a-f]{8}$', maxLength: 64 }),
  height: Count,
  time: Type.String({ maxLength: 40 }),
  protocol: Count,
  root: Type.String({ maxLength: 64 }),
  engine: Type.String({ maxLength: 40 }),
  provableHeight: Count,
})
export type ChainAnswer = Static<typeof ChainAnswer>

const MemberAnswer = Type.Object({
  id: Type.String({ maxLength: 32 }),
  name: Type.String({ maxLength: 100 }),
  roles: Type.Array(Type.String({ maxLength: 64 })),
  state: Type.String({ maxLength: 32 }),
  keys: Type.Array(
    Type.Object({
      purpose: Type.String({ maxLength: 32 }),
      threshold: Count,
      keys: Type.Array(Type.Object({ algorithm: Type.String({ maxLength: 32 }), digest: Digest, spki: Type.String() })),
    }),
  ),
})
export type MemberAnswer = Static<typeof MemberAnswer>

export const MembersAnswer = Type.Object({
  members: Type.Array(MemberAnswer),
  /** Where the next page begins; absent on the last. */
  next: Type.Optional(Type.String({ maxLength: 64 })),
})

const ItemVerdict = Type.Object({ number: Count, code: Type.String(), message: Type.String() })

export const TransactionAnswer = Type.Object({
  id: Digest,
  height: Count,
  time: Type.String({ maxLength: 40 }),
  code: Type.String(),
  number: Count,
  message: Type.String(),
  operations: Type.Array(Type.Object({ verdicts: Type.Optional(Type.Array(ItemVerdict)) })),
})
export type TransactionAnswer = Static<typeof TransactionAnswer>

export const CarriedAnswer = Type.Object({
  fingerprint: Digest,
  code: Type.String({ maxLength: 100 }),
  height: Count,
  time: Type.String({ maxLength: 40 }),
  transaction: Digest,
})
export type CarriedAnswer = Static<typeof CarriedAnswer>

/** RFC 9457 with the code and number of the catalogue. */
export const ProblemAnswer = Type.Object({
  code: Type.String({ pattern: '^[a-z]+(-[a-z]+)*\\.[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100 }),
  number: Count,
  detail: Type.String(),
})

export const CertificateAnswer = Type.Object({
  fingerprint: Digest,
  manufacturer: Type.String(),
  serial: Type.String(),
  algorithm: Type.String(),
  key: Digest,
  model: Type.String(),
  batch: Type.String(),
  firmware: Type.Array(Count),
  notBefore: Type.String(),
  notAfter: Type.String(),
  states: Type.Array(
    Type.Object({
      state: Type.String(),
      reason: Type.Optional(Type.String()),
      height: Count,
      time: Type.String(),
    }),
  ),
  verdict: Type.String(),
  code: Type.String(),
  judgedAt: Type.String(),
  /** DER in base64. */
  certificate: Type.String(),
  headerHeight: Type.Optional(Count),
})
export type CertificateAnswer = Static<typeof CertificateAnswer>

const { judgedAt, certificate: _der, headerHeight: _header, ...searched } = CertificateAnswer.properties

export const SearchPageAnswer = Type.Object({
  certificates: Type.Array(Type.Object({ ...searched, commonName: Type.Optional(Type.String()) })),
  next: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  rows: Type.String({ maxLength: 32 }),
  completeness: Type.String({ maxLength: 32 }),
  followedFrom: Count,
  followedHeight: Count,
  height: Count,
  judgedAt,
})

export const StatusAnswer = Type.Object({
  chain: Type.String({ maxLength: 64 }),
  height: Count,
  time: Type.String({ maxLength: 40 }),
  engine: Type.Optional(
    Type.Object({
      name: Type.String({ maxLength: 32 }),
      earliest: Count,
      catchingUp: Type.Boolean(),
      peers: Count,
      power: Type.Optional(Count),
    }),
  ),
  follower: Type.Optional(
    Type.Object({
      height: Type.Optional(Count),
      lagBlocks: Count,
      lagMilliseconds: Count,
      failure: Type.Optional(Type.Object({ code: Type.String({ maxLength: 100 }), attempts: Count })),
      projections: Type.Array(
        Type.Object({
          name: Type.String({ maxLength: 64 }),
          version: Count,
          summary: Type.String({ maxLength: 400 }),
          from: Type.Optional(Count),
          height: Type.Optional(Count),
        }),
      ),
    }),
  ),
})
export type StatusAnswer = Static<typeof StatusAnswer>

const operation = Type.Object({
  type: Type.String({ maxLength: 40 }),
  body: Type.Unknown(),
  encoded: Type.String({ pattern: '^([0-9a-f]{2})*$' }),
})

const proposalFields = {
  number: Count,
  proposer: Type.String({ maxLength: 32 }),
  state: Type.String({ maxLength: 32 }),
  operations: Type.Array(operation),
  height: Count,
  time: Type.String({ maxLength: 40 }),
  until: Type.String({ maxLength: 40 }),
  yes: Type.Array(Type.String({ maxLength: 32 })),
  no: Type.Array(Type.String({ maxLength: 32 })),
  closed: Type.Optional(Count),
  code: Type.Optional(Type.String({ maxLength: 100 })),
}

const Proposal = Type.Object(proposalFields)
export type ProposalAnswer = Static<typeof Proposal>

export const ProposalsAnswer = Type.Object({ proposals: Type.Array(Proposal), next: Type.Optional(Count) })
export type ProposalsAnswer = Static<typeof ProposalsAnswer>

export const ProposalWithVotesAnswer = Type.Object({
  ...proposalFields,
  votes: Type.Array(
    Type.Object({
      member: Type.String({ maxLength: 32 }),
      vote: Type.String({ maxLength: 8 }),
      height: Count,
      time: Type.String({ maxLength: 40 }),
    }),
  ),
})

export const InForceAnswer = Type.Object({
  height: Count,
  protocol: Type.Object({
    version: Count,
    next: Type.Optional(Type.Object({ version: Count, height: Count })),
  }),
  parameters: Type.Array(
    Type.Object({ module: Type.String(), name: Type.String(), since: Count, value: Type.Unknown() }),
  ),
  members: Type.Array(
    Type.Object({
      id: Type.String({ maxLength: 32 }),
      name: Type.String({ maxLength: 100 }),
      roles: Type.Array(Type.String({ maxLength: 64 })),
      state: Type.String({ maxLength: 32 }),
      since: Count,
      keys: Type.Array(
        Type.Object({ purpose: Type.String({ maxLength: 32 }), threshold: Count, keys: Type.Array(Digest) }),
      ),
    }),
  ),
  engine: Type.Optional(Type.String({ maxLength: 32 })),
  validators: Type.Array(
    Type.Object({
      key: Type.String({ maxLength: 64 }),
      address: Type.String({ maxLength: 40 }),
      member: Type.Optional(Type.String({ maxLength: 32 })),
      power: Count,
      applied: Count,
      state: Type.String({ maxLength: 32 }),
    }),
  ),
  withdrawnAlgorithms: Type.Array(Type.Object({ algorithm: Type.String({ maxLength: 32 }), since: Count })),
  misbehaviour: Type.Array(
    Type.Object({
      address: Type.String({ maxLength: 40 }),
      member: Type.Optional(Type.String({ maxLength: 32 })),
      kind: Type.String({ maxLength: 32 }),
      height: Count,
      recorded: Count,
      consequence: Type.String({ maxLength: 32 }),
    }),
  ),
})
export type InForceAnswer = Static<typeof InForceAnswer>

export const DifferencesAnswer = Type.Object({
  from: Count,
  to: Count,
  changes: Type.Array(
    Type.Object({
      subject: Type.String({ maxLength: 200 }),
      before: Type.Optional(Type.Unknown()),
      after: Type.Optional(Type.Unknown()),
    }),
  ),
})
export type DifferencesAnswer = Static<typeof DifferencesAnswer>

export const ModulesAnswer = Type.Object({
  modules: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Count,
      summary: Type.String(),
      transactions: Type.Array(Type.Object({ type: Type.String(), form: Type.String(), summary: Type.String() })),
    }),
  ),
})
export type ModulesAnswer = Static<typeof ModulesAnswer>
