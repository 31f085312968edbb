/** The rules of governance as src/governance/README.md has them. */
import { type Acting, requireQuorum, signingFor, standingOf } from './acting.ts'
import type { OperationOf } from './described.ts'
import { refuse } from './refusal.ts'
import { type Member, type PurposeKeys, presentState, type State } from './state.ts'

/** What governance can set, and who may wait for it. */
export const knownParameters = ['governance/authority', 'pki/device-profile', 'pki/publication-policy']

/** Blocks between deciding a switch and the switch. */
const notice = 2n

/** States that a member can have gone through; the last can only be the end. */
const maximumStates = 128

export function setParameter(acting: Acting, { module, name, value, at }: OperationOf<'set-parameter'>): void {
  const { state, block, emit } = acting
  requireQuorum(acting)
  const id = `${module}/${name}`
  if (!knownParameters.includes(id)) refuse('governance.unknown-parameter')
  if (value === undefined) refuse('governance.parameter-value')
  if (at !== 0n && at < block.time) refuse('governance.takes-effect-in-the-past')
  if (at > block.time) {
    state.waiting.set(id, { module, name, value, at })
    emit('governance', 'parameter-scheduled', [module, name, at])
  } else {
    state.waiting.delete(id)
    state.parameters.set(id, { module, name, value, height: block.height })
    emit('governance', 'parameter-set', [module, name])
  }
}

export function rotateKeys(acting: Acting, { member: id, keys, possessionHolds }: OperationOf<'rotate-keys'>): void {
  const { state, emit } = acting
  if (!signingFor(acting, 'govern').some((signer) => signer.id === id)) refuse('governance.purpose-missing')
  if (!possessionHolds) refuse('governance.possession-not-proven')
  const member = state.members.get(id) ?? refuse('governance.unknown-member')
  if (keys.threshold > keys.keys.length) refuse('governance.threshold-out-of-range')
  if (new Set(keys.keys.map((key) => key.digest)).size < keys.keys.length) refuse('governance.key-repeated')
  const others = keys.keys.map((key) => state.keyOwners.get(key.digest)?.member ?? id)
  if (others.some((owner) => owner !== id)) refuse('governance.key-in-use')
  replaceKeys(state, member, keys)
  emit('governance', 'keys-rotated', [id, keys.purpose])
}

function replaceKeys(state: State, member: Member, keys: PurposeKeys): void {
  const changed = { ...member, keys: [...member.keys.filter(({ purpose }) => purpose !== keys.purpose), keys] }
  state.members.set(member.id, changed)
  const kept = new Set(changed.keys.flatMap((entry) => entry.keys.map((key) => key.digest)))
  for (const [digest, owner] of [...state.keyOwners]) {
    if (owner.member === member.id && !kept.has(digest)) state.keyOwners.delete(digest)
  }
  for (const digest of kept) state.keyOwners.set(digest, { digest, member: member.id })
}

export function setMemberState(acting: Acting, { member, state: next }: OperationOf<'set-member-state'>): void {
  const { state, block, emit } = acting
  requireQuorum(acting)
  const standing = standingOf(state, member)
  const present = presentState(standing)
  if (present === next) refuse('governance.state-unchanged')
  if (present === 'removed') refuse('governance.state-final')
  if (standing.states.length >= maximumStates - 1 && next !== 'removed') refuse('governance.too-many-states')
  const entry = { state: next, height: block.height, time: block.time }
  state.standings.set(member, { ...standing, states: [...standing.states, entry] })
  emit('governance', 'member-state-set', [member, next])
}

export function withdrawAlgorithm(acting: Acting, { algorithm }: OperationOf<'withdraw-algorithm'>): void {
  const { state, block, emit } = acting
  requireQuorum(acting)
  if (state.withdrawn.some((entry) => entry.algorithm === algorithm)) refuse('governance.algorithm-withdrawn')
  state.withdrawn = [...state.withdrawn, { algorithm, height: block.height, time: block.time }]
  emit('governance', 'algorithm-withdrawn', [algorithm])
}

export function switchProtocol(acting: Acting, { version, height }: OperationOf<'switch-protocol'>): void {
  const { state, block, emit } = acting
  requireQuorum(acting)
  const present = state.protocol.version
  if (version !== present + 1) refuse('governance.unknown-protocol')
  if (height < block.height + notice) refuse('governance.height-too-near')
  state.protocol = { version: present, next: { version, height } }
  emit('governance', 'protocol-scheduled', [version, height])
}
