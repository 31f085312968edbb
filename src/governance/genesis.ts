/** The members, parameters and validators that a chain starts with, written by rules like any later change. */
import { encodeUnknown, toHex, utf8 } from '../codec/index.ts'
import { ed25519Spki, isAcceptedKey, keyDigest } from '../crypto/portable/index.ts'
import { type Address, type AnyParameter, type Context, recordAddress } from '../module/index.ts'
import { Amendment } from './amendment.ts'
import {
  agenda,
  governingRoles,
  knownValidators,
  memberKeys,
  members,
  parameterKey,
  parameters,
  protocolState,
  standings,
  validatorSet,
  withdrawnAlgorithms,
} from './collections.ts'
import { governanceError } from './errors.ts'
import { maximumGoverning, maximumPower } from './limits.ts'
import { governedRoles, requireQuorumRemains } from './quorum.ts'
import type { EngineName, Member } from './schemas.ts'
import { claimKey, requireSoundKeys } from './transactions/rotate-keys.ts'
import { requireFittingValue } from './transactions/set-parameter.ts'
import { addressOf } from './validators.ts'

export type GovernanceGenesis = {
  readonly protocol: number
  readonly members: readonly Member[]
  readonly parameters: readonly { readonly module: string; readonly name: string; readonly value: Uint8Array }[]
  readonly engine?: EngineName | undefined
  readonly validators: readonly FoundingValidator[]
}

type FoundingValidator = { readonly key: Uint8Array; readonly power: bigint; readonly member?: string | undefined }

/**
 * Writes the first state. `version` is that of the governance module: from 2 on the past is kept, and the members must be
 * able to decide something. @throws governance.* when the genesis breaks a rule that a transaction would have to keep
 */
export function applyGenesis(
  context: Context,
  genesis: GovernanceGenesis,
  known: readonly AnyParameter[],
  version: number,
): void {
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
  if (version === 1) return
  context.put(agenda, { since: 0n, proposals: 0n })
  applyRoles(context, genesis.members)
  applyValidators(context, genesis)
  requireQuorumRemains(new Amendment(context))
}

/** What `applyGenesis` reads. */
export function genesisReads(genesis: GovernanceGenesis, known: readonly AnyParameter[]): readonly Address[] {
  const ofMember = ({ id, roles, keys }: Member) => [
    recordAddress(members, utf8(id)),
    recordAddress(standings, utf8(id)),
    ...roles.map((role) => recordAddress(governingRoles, utf8(role))),
    ...keys.flatMap((entry) => entry.keys.map((key) => recordAddress(memberKeys, keyDigest(key)))),
  ]
  const only = new Uint8Array(0)
  return [
    recordAddress(protocolState, only),
    recordAddress(withdrawnAlgorithms, only),
    recordAddress(agenda, only),
    recordAddress(validatorSet, only),
    ...genesis.members.flatMap(ofMember),
    ...genesis.validators.map(({ key }) => recordAddress(knownValidators, addressOf(key))),
    ...known.map(({ module, name }) => recordAddress(parameters, parameterKey(module, name))),
  ]
}

function refuseRepeated(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw governanceError('repeated', { what: name })
    seen.add(name)
  }
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

/** @throws governance.too-many-governing */
function applyRoles(context: Context, founders: readonly Member[]): void {
  const byRole = new Map<string, string[]>()
  for (const member of founders) {
    for (const role of governedRoles(member, context.get(standings, utf8(member.id)))) {
      byRole.set(role, [...(byRole.get(role) ?? []), member.id])
    }
  }
  for (const [role, ids] of byRole) {
    if (ids.length > maximumGoverning) throw governanceError('too-many-governing', { count: maximumGoverning, role })
    context.put(governingRoles, { role, members: ids.sort() })
  }
}

/** @throws governance.founding-validator, governance.power-out-of-range */
function applyValidators(context: Context, { engine, validators, members: founders }: GovernanceGenesis): void {
  const unsound = (reason: string) => governanceError('founding-validator', { reason })
  refuseRepeated(validators.map(({ key }) => `validator ${toHex(key)}`))
  if (engine === 'solo' && validators.length !== 1) throw unsound(`the engine solo has one, not ${validators.length}`)
  for (const { key, power, member } of validators) {
    if (engine === 'cometbft' && member === undefined) throw unsound('one names no member that answers for it')
    if (member !== undefined && !founders.some(({ id }) => id === member)) throw unsound(`there is no member ${member}`)
    if (power === 0n) throw unsound('one has no power')
    if (engine === 'cometbft' && power > maximumPower) {
      throw governanceError('power-out-of-range', { power, limit: maximumPower })
    }
    if (!isAcceptedKey(ed25519Spki(key))) throw unsound('a key is no Ed25519 key')
    const owner = member === undefined ? {} : { member }
    context.put(knownValidators, { address: addressOf(key), key, ...owner, height: 0n })
  }
  const governed = validators.map(({ key, power, member }) => ({
    key,
    ...(member === undefined ? {} : { member }),
    power,
    applied: power,
    isHeld: false,
    isSuspended: false,
  }))
  const inOrder = governed.sort((a, b) => (toHex(a.key) < toHex(b.key) ? -1 : 1))
  context.put(validatorSet, { ...(engine === undefined ? {} : { engine }), validators: inOrder })
}
