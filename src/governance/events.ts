import { AlgorithmName, Name, Row, Unsigned64, Whole } from '../codec/index.ts'
import { defineEvent } from '../module/index.ts'
import { governanceName } from './collections.ts'
import { KeyPurpose, MemberId, MemberState } from './schemas.ts'

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
