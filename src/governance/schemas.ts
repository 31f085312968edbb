/** What governance's values look like. */
import {
  AlgorithmName,
  Bytes,
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
import { keyPurposes } from '../module/index.ts'
import { maximumFactBytes, maximumFacts, maximumKeys, maximumParameterBytes, maximumStates } from './limits.ts'

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
