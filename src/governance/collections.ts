import {
  concat,
  DigestBytes,
  lengthPrefixed,
  Row,
  toHex,
  Unsigned64,
  uint64Bytes,
  utf8,
  Whole,
} from '../codec/index.ts'
import { defineCollection } from '../module/index.ts'
import { governanceError } from './errors.ts'
import { maximumOpenProposals } from './limits.ts'
import {
  Agenda,
  GoverningRole,
  KnownValidator,
  Member,
  MemberId,
  Past,
  Proposal,
  ProtocolState,
  RecordedMisbehaviour,
  Standing,
  StoredParameter,
  Tally,
  ValidatorSet,
  Vote,
  WithdrawnAlgorithms,
} from './schemas.ts'

export const governanceName = 'governance'

export const members = defineCollection({
  module: governanceName,
  name: 'members',
  value: Member,
  key: (member) => utf8(member.id),
})

/** Whose a key is: a key belongs to one member at most, so that `--signer` and thresholds are unambiguous. */
export const memberKeys = defineCollection({
  module: governanceName,
  name: 'member-keys',
  value: Row({ digest: DigestBytes, member: MemberId }),
  key: (entry) => entry.digest,
})

export const standings = defineCollection({
  module: governanceName,
  name: 'standings',
  tree: 'standing',
  value: Standing,
  key: (standing) => utf8(standing.member),
})

/** One leaf, so that one proof says of every algorithm whether it is in force. */
export const withdrawnAlgorithms = defineCollection({
  module: governanceName,
  name: 'withdrawn-algorithms',
  tree: 'standing',
  value: WithdrawnAlgorithms,
  key: () => new Uint8Array(0),
})

export const parameters = defineCollection({
  module: governanceName,
  name: 'parameters',
  value: StoredParameter,
  key: (parameter) => parameterKey(parameter.module, parameter.name),
})

export function parameterKey(module: string, name: string): Uint8Array {
  return lengthPrefixed(utf8(module), utf8(name))
}

/** One record: the protocol. */
export const protocolState = defineCollection({
  module: governanceName,
  name: 'protocol',
  value: ProtocolState,
  key: () => new Uint8Array(0),
})

/** The version in force for the block at a height. */
export function protocolAt({ version, next }: ProtocolState, height: bigint): number {
  return next !== undefined && next.height <= height ? next.version : version
}

export function keyInUse(digest: Uint8Array, member: string) {
  return governanceError('key-in-use', { key: toHex(digest), member })
}

const only = new Uint8Array(0)

/** One record, from protocol 2 on: since when the past is kept, and how many proposals there were. */
export const agenda = defineCollection({ module: governanceName, name: 'agenda', value: Agenda, key: () => only })

/** Which members can govern with a role: rules may not scan, so that it is kept beside the members. */
export const governingRoles = defineCollection({
  module: governanceName,
  name: 'governing-roles',
  value: GoverningRole,
  key: ({ role }) => utf8(role),
})

/** How often a member has rotated its keys: a signature made for one rotation serves no other. */
export const rotations = defineCollection({
  module: governanceName,
  name: 'rotations',
  value: Row({ member: MemberId, count: Unsigned64 }),
  key: ({ member }) => utf8(member),
})

/** Suspensions by a quorum for emergencies, which end by themselves. */
export const emergencies = defineCollection({
  module: governanceName,
  name: 'emergencies',
  value: Row({ member: MemberId, until: Unsigned64 }),
  key: ({ member }) => utf8(member),
})

/** One record: who votes on blocks, as decided and as the engine knows it. */
export const validatorSet = defineCollection({
  module: governanceName,
  name: 'validators',
  value: ValidatorSet,
  key: () => only,
})

export const knownValidators = defineCollection({
  module: governanceName,
  name: 'known-validators',
  value: KnownValidator,
  key: ({ address }) => address,
})

export const misbehaviours = defineCollection({
  module: governanceName,
  name: 'misbehaviour',
  value: RecordedMisbehaviour,
  key: ({ address, kind, height }) => concat(uint64Bytes(height), address, utf8(kind)),
})

/** What a proposal says. It never changes; what became of it is in its tally. */
export const proposals = defineCollection({
  module: governanceName,
  name: 'proposals',
  value: Proposal,
  key: ({ number }) => uint64Bytes(number),
})

export const tallies = defineCollection({
  module: governanceName,
  name: 'tallies',
  value: Tally,
  key: ({ number }) => uint64Bytes(number),
})

/** Every vote, for ever. */
export const votes = defineCollection({
  module: governanceName,
  name: 'votes',
  value: Vote,
  key: ({ proposal, member }) => voteKey(proposal, member),
})

export function voteKey(proposal: bigint, member: string): Uint8Array {
  return concat(uint64Bytes(proposal), utf8(member))
}

/** How many proposals of a member are open. */
export const openProposals = defineCollection({
  module: governanceName,
  name: 'open-proposals',
  value: Row({ member: MemberId, count: Whole({ minimum: 1, maximum: maximumOpenProposals }) }),
  key: ({ member }) => utf8(member),
})

/** What was in force before each change, in the order of the changes. */
export const past = defineCollection({
  module: governanceName,
  name: 'past',
  value: Past,
  key: ({ until, collection, key }) => pastKey(until, collection, key),
})

export function pastKey(until: bigint, collection: string, key: Uint8Array): Uint8Array {
  return concat(uint64Bytes(until), lengthPrefixed(utf8(collection)), key)
}

/** Collections whose past is kept. The standing of a member and withdrawn algorithms have their heights themselves. */
export const keptCollections: ReadonlySet<string> = new Set([
  members.name,
  parameters.name,
  protocolState.name,
  validatorSet.name,
])
