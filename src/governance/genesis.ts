/** The members and parameters that a chain starts with, written by rules like any later change. */
import { encodeUnknown, utf8 } from '../codec/index.ts'
import { keyDigest } from '../crypto/portable/index.ts'
import { type Address, type AnyParameter, type Context, recordAddress } from '../module/index.ts'
import {
  memberKeys,
  members,
  parameterKey,
  parameters,
  protocolState,
  standings,
  withdrawnAlgorithms,
} from './collections.ts'
import { governanceError } from './errors.ts'
import type { Member } from './schemas.ts'
import { claimKey, requireSoundKeys } from './transactions/rotate-keys.ts'
import { requireFittingValue } from './transactions/set-parameter.ts'

export type GovernanceGenesis = {
  readonly protocol: number
  readonly members: readonly Member[]
  readonly parameters: readonly { readonly module: string; readonly name: string; readonly value: Uint8Array }[]
}

/** Writes the first state. @throws governance.* when the genesis breaks a rule that a transaction would have to keep */
export function applyGenesis(context: Context, genesis: GovernanceGenesis, known: readonly AnyParameter[]): void {
  context.put(protocolState, { version: genesis.protocol })
  context.put(withdrawnAlgorithms, { algorithms: [] })
  refuseRepeated(genesis.members.map(({ id }) => `member ${id}`))
  refuseRepeated(genesis.parameters.map(({ module, name }) => `parameter ${module}/${name}`))
  for (const member of genesis.members) applyMember(context, member)
  for (const parameter of known) {
    const { module, name } = parameter
    const given = genesis.parameters.find((candidate) => candidate.module === module && candidate.name === name)
    const value = given?.value ?? encodeUnknown(parameter.schema, parameter.initial)
    context.put(parameters, { module, name, value, height: 0n })
  }
  for (const { module, name, value } of genesis.parameters) requireFittingValue(known, module, name, value)
}

/** What `applyGenesis` reads. */
export function genesisReads(genesis: GovernanceGenesis, known: readonly AnyParameter[]): readonly Address[] {
  const ofMember = ({ id, keys }: Member) => [
    recordAddress(members, utf8(id)),
    recordAddress(standings, utf8(id)),
    ...keys.flatMap((entry) => entry.keys.map((key) => recordAddress(memberKeys, keyDigest(key)))),
  ]
  return [
    recordAddress(protocolState, new Uint8Array(0)),
    recordAddress(withdrawnAlgorithms, new Uint8Array(0)),
    ...genesis.members.flatMap(ofMember),
    ...known.map(({ module, name }) => recordAddress(parameters, parameterKey(module, name))),
  ]
}

function refuseRepeated(names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw governanceError('repeated', { what: repeated })
}

function applyMember(context: Context, member: Member): void {
  refuseRepeated(member.keys.map(({ purpose }) => `purpose ${purpose} of ${member.id}`))
  for (const keys of member.keys) {
    requireSoundKeys(keys)
    for (const key of keys.keys) claimKey(context, member.id, keyDigest(key))
  }
  context.put(members, member)
  context.put(standings, {
    member: member.id,
    states: [{ state: 'active', height: 0n, time: context.time }],
    facts: [],
  })
}
