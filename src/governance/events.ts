import { AlgorithmName, Name, Optional, Row, Unsigned64, Whole, Word } from '../codec/index.ts'
import { defineEvent } from '../module/index.ts'
import { governanceName } from './collections.ts'
import {
  Ballot,
  doubleSigningConsequences,
  KeyPurpose,
  MemberId,
  MemberState,
  ProposalState,
  ValidatorKey,
} from './schemas.ts'

export const parameterSet = defineEvent({
  module: governanceName,
  name: 'parameter-set',
  body: Row({ module: Name, name: Name }),
})

/** A parameter's change is decided and takes effect at block time `at`. */
export const parameterScheduled = defineEvent({
  module: governanceName,
  name: 'parameter-scheduled',
  body: Row({ module: Name, name: Name, at: Unsigned64 }),
})

export const keysRotated = defineEvent({
  module: governanceName,
  name: 'keys-rotated',
  body: Row({ member: MemberId, purpose: KeyPurpose }),
})

export const memberStateSet = defineEvent({
  module: governanceName,
  name: 'member-state-set',
  body: Row({ member: MemberId, state: MemberState }),
})

export const protocolScheduled = defineEvent({
  module: governanceName,
  name: 'protocol-scheduled',
  body: Row({ version: Whole({ maximum: 65_535 }), height: Unsigned64 }),
})

export const algorithmWithdrawn = defineEvent({
  module: governanceName,
  name: 'algorithm-withdrawn',
  body: Row({ algorithm: AlgorithmName }),
})

export const memberAdmitted = defineEvent({
  module: governanceName,
  name: 'member-admitted',
  body: Row({ member: MemberId }),
})

export const rolesSet = defineEvent({ module: governanceName, name: 'roles-set', body: Row({ member: MemberId }) })

/** What was decided about a validator; the engine follows in steps. */
export const validatorDecided = defineEvent({
  module: governanceName,
  name: 'validator-decided',
  body: Row({ member: MemberId, key: ValidatorKey, power: Unsigned64 }),
})

export const validatorRotated = defineEvent({
  module: governanceName,
  name: 'validator-rotated',
  body: Row({ member: MemberId, from: ValidatorKey, to: ValidatorKey }),
})

/** A step: the engine is told these powers. */
export const validatorApplied = defineEvent({
  module: governanceName,
  name: 'validator-applied',
  body: Row({ key: ValidatorKey, power: Unsigned64 }),
})

export const misbehaviourRecorded = defineEvent({
  module: governanceName,
  name: 'misbehaviour-recorded',
  body: Row({ key: ValidatorKey, member: Optional(MemberId), consequence: Word(...doubleSigningConsequences) }),
})

export const proposed = defineEvent({
  module: governanceName,
  name: 'proposed',
  body: Row({ number: Unsigned64, member: MemberId }),
})

export const voteCast = defineEvent({
  module: governanceName,
  name: 'vote-cast',
  body: Row({ number: Unsigned64, member: MemberId, vote: Ballot }),
})

export const proposalClosed = defineEvent({
  module: governanceName,
  name: 'proposal-closed',
  body: Row({ number: Unsigned64, state: ProposalState, code: Optional(Whole({ maximum: 65_535 })) }),
})
