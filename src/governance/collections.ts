import { DigestBytes, lengthPrefixed, Row, toHex, utf8 } from '../codec/index.ts'
import { defineCollection } from '../module/index.ts'
import { governanceError } from './errors.ts'
import { Member, MemberId, ProtocolState, Standing, StoredParameter, WithdrawnAlgorithms } from './schemas.ts'

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
