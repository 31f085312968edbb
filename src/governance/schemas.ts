/** What governance's values look like. */
import {
  AlgorithmName,
  Bytes,
  FixedBytes,
  Flag,
  List,
  Name,
  Optional,
  PublicKey,
  Row,
  Struct,
  Text,
  Unsigned64,
  type ValueOf,
  Whole,
  Word,
} from '../codec/index.ts'
import { maximumValidators } from '../light/limits.ts'
import { keyPurposes } from '../module/index.ts'
import {
  maximumFactBytes,
  maximumFacts,
  maximumGoverning,
  maximumKeptBytes,
  maximumKeys,
  maximumParameterBytes,
  maximumProposalBytes,
  maximumProposedOperations,
  maximumStates,
  maximumVotes,
} from './limits.ts'

/** A member's id: it stands in certificates as the organisation, and in URLs. */
export const MemberId = Text({ maximum: 32, pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' })

/** Roles are words that mean nothing to the kernel; modules and parameters give them meaning. */
export const Role = Name

export const KeyPurpose = Word(...keyPurposes)

/** The keys of one purpose; `threshold` different ones must sign. */
export const PurposeKeys = Struct({
  purpose: KeyPurpose,
  threshold: Whole({ minimum: 1, maximum: maximumKeys }),
  keys: List(PublicKey, { minimum: 1, maximum: maximumKeys }),
})
export type PurposeKeys = ValueOf<typeof PurposeKeys>

export const Member = Row({
  id: MemberId,
  name: Text({ maximum: 100 }),
  roles: List(Role, { minimum: 1, maximum: 16 }),
  keys: List(PurposeKeys, { minimum: 1, maximum: keyPurposes.length }),
})
export type Member = ValueOf<typeof Member>

export const memberStates = ['active', 'suspended', 'removed'] as const
export type MemberState = (typeof memberStates)[number]
export const MemberState = Word(...memberStates)

/** A state, since when. `height` 0 is genesis. */
export const MemberStateEntry = Row({ state: MemberState, height: Unsigned64, time: Unsigned64 })

/** A fact about everything that a member answers for: the module that states it knows what `content` means. */
export const StandingFact = Row({
  module: Name,
  height: Unsigned64,
  time: Unsigned64,
  content: Bytes({ maximum: maximumFactBytes }),
})
export type StandingFact = ValueOf<typeof StandingFact>

/** The leaf of the standing tree that every proof about a member's certificates carries. */
export const Standing = Row({
  member: MemberId,
  states: List(MemberStateEntry, { minimum: 1, maximum: maximumStates }),
  facts: List(StandingFact, { maximum: maximumFacts }),
})
export type Standing = ValueOf<typeof Standing>

/** Algorithms that are no longer accepted, since when: one leaf of the standing tree. */
export const WithdrawnAlgorithms = Row({
  algorithms: List(Row({ algorithm: AlgorithmName, height: Unsigned64, time: Unsigned64 }), { maximum: 16 }),
})
export type WithdrawnAlgorithms = ValueOf<typeof WithdrawnAlgorithms>

export const StoredParameter = Row({
  module: Name,
  name: Name,
  value: Bytes({ maximum: maximumParameterBytes }),
  /** The height from which it is in force. */
  height: Unsigned64,
})
export type StoredParameter = ValueOf<typeof StoredParameter>

/** Which protocol is in force, and which follows at what height. */
export const ProtocolState = Row({
  version: Whole({ minimum: 1, maximum: 65_535 }),
  next: Optional(Row({ version: Whole({ minimum: 1, maximum: 65_535 }), height: Unsigned64 })),
})
export type ProtocolState = ValueOf<typeof ProtocolState>

/** Who must sign what governance decides: so many members, each with one of these roles, with their `govern` keys. */
export const Authority = Struct({
  roles: List(Role, { minimum: 1, maximum: 16 }),
  members: Whole({ minimum: 1, maximum: 256 }),
})
export type Authority = ValueOf<typeof Authority>

/** How a quorum for an emergency is smaller: never one member alone, and what it does ends by itself. */
export const Emergency = Struct({
  members: Whole({ minimum: 2, maximum: 256 }),
  /** After so many hours the suspension ends, unless the authority has decided meanwhile. */
  hours: Whole({ minimum: 1, maximum: 720 }),
})
export type Emergency = ValueOf<typeof Emergency>

/** What evidence of two votes for one height leads to. */
export const doubleSigningConsequences = ['suspend-validator', 'suspend-member', 'record'] as const

export const ValidatorPolicy = Struct({
  /** The power that changes in one block is less than the whole divided by this. */
  changeDivisor: Whole({ minimum: 3, maximum: 1000 }),
  /** Hundredths of the power that one member may have, unless an equal share of all is more. */
  memberPercent: Whole({ minimum: 1, maximum: 100 }),
  doubleSigning: Word(...doubleSigningConsequences),
})
export type ValidatorPolicy = ValueOf<typeof ValidatorPolicy>

export const engineNames = ['solo', 'cometbft'] as const
export const EngineName = Word(...engineNames)
export type EngineName = (typeof engineNames)[number]

/** A raw Ed25519 key, as votes are signed with. */
export const ValidatorKey = FixedBytes(32)

/** The first 20 bytes of SHA-256 of a validator's raw key: what evidence and votes name. */
const ValidatorAddress = FixedBytes(20)

export const GovernedValidator = Row({
  key: ValidatorKey,
  /** Who answers for it; a chain whose validators are fixed may leave that open. */
  member: Optional(MemberId),
  /** What was decided. */
  power: Unsigned64,
  /** What the engine was told. */
  applied: Unsigned64,
  /** Its member is suspended. */
  isHeld: Flag,
  /** It voted twice; a decision about its power ends that. */
  isSuspended: Flag,
})
export type GovernedValidator = ValueOf<typeof GovernedValidator>

export const ValidatorSet = Row({
  /** The engine that the genesis names. Only under `cometbft` validators change. */
  engine: Optional(EngineName),
  validators: List(GovernedValidator, { maximum: maximumValidators }),
})
export type ValidatorSet = ValueOf<typeof ValidatorSet>

/** Whose a validator key is or was: none serves twice, and late evidence still finds the member. */
export const KnownValidator = Row({
  address: ValidatorAddress,
  key: ValidatorKey,
  member: Optional(MemberId),
  height: Unsigned64,
})

/** Evidence of the engine, kept for ever, and what it led to. */
export const RecordedMisbehaviour = Row({
  address: ValidatorAddress,
  kind: Word('duplicate-vote', 'light-client-attack'),
  /** The height of the misbehaviour, and the one at which it became known. */
  height: Unsigned64,
  recorded: Unsigned64,
  member: Optional(MemberId),
  consequence: Word(...doubleSigningConsequences),
})
export type RecordedMisbehaviour = ValueOf<typeof RecordedMisbehaviour>

/** The active members that can govern with a role, in the order of their ids. */
export const GoverningRole = Row({ role: Role, members: List(MemberId, { maximum: maximumGoverning }) })

/** How many proposals there were, and from which height on the past is kept. */
export const Agenda = Row({ since: Unsigned64, proposals: Unsigned64 })

/** One decision among those that governance knows, as a transaction of the same name would carry it. */
export const ProposedOperation = Struct({ type: Name, body: Bytes({ maximum: maximumProposalBytes }) })
export type ProposedOperation = ValueOf<typeof ProposedOperation>
export const ProposedOperations = List(ProposedOperation, { minimum: 1, maximum: maximumProposedOperations })
export type ProposedOperations = ValueOf<typeof ProposedOperations>

export const Proposal = Row({
  number: Unsigned64,
  proposer: MemberId,
  operations: ProposedOperations,
  height: Unsigned64,
  time: Unsigned64,
  /** Block time at which the vote ends. */
  until: Unsigned64,
})
export type Proposal = ValueOf<typeof Proposal>

export const proposalStates = ['open', 'executed', 'failed', 'rejected', 'expired'] as const
export const ProposalState = Word(...proposalStates)
export type ProposalState = (typeof proposalStates)[number]

export const Tally = Row({
  number: Unsigned64,
  state: ProposalState,
  yes: List(MemberId, { maximum: maximumVotes }),
  no: List(MemberId, { maximum: maximumVotes }),
  /** Where it was closed. */
  closed: Optional(Unsigned64),
  /** Why it failed: a number of the error catalogue. */
  code: Optional(Whole({ maximum: 65_535 })),
})
export type Tally = ValueOf<typeof Tally>

export const Ballot = Word('yes', 'no')

export const Vote = Row({
  proposal: Unsigned64,
  member: MemberId,
  vote: Ballot,
  height: Unsigned64,
  time: Unsigned64,
})
export type Vote = ValueOf<typeof Vote>

/** What stood in a record until a height, at which it was changed. */
export const Past = Row({
  until: Unsigned64,
  collection: Name,
  key: Bytes({ maximum: 128 }),
  /** The stored value; absent when there was none. */
  value: Optional(Bytes({ maximum: maximumKeptBytes })),
})
export type Past = ValueOf<typeof Past>
