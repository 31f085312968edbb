/** What a rule of the model is given: the state, the block, who signs, and where its events go. */
import type { Plain } from './cbor.ts'
import type { DescribedSigner } from './described.ts'
import { refuse } from './refusal.ts'
import { type ModelKey, type Moment, type ParameterValue, type Purpose, presentState, type State } from './state.ts'

export type Principal = {
  readonly id: string
  readonly roles: readonly string[]
  readonly purposes: ReadonlySet<Purpose>
}

export type ModelEvent = {
  readonly transaction: number
  readonly operation: number
  readonly item: number
  readonly module: string
  readonly name: string
  readonly body: Plain
}

export type Acting = {
  readonly state: State
  readonly block: Moment & { readonly chain: string; readonly protocol: number }
  readonly signers: readonly Principal[]
  readonly emit: (module: string, name: string, body: Plain) => void
}

/** Whose keys these are. Members are judged in the order in which the transaction names them first. */
export function principalsOf(state: State, signers: readonly DescribedSigner[]): readonly Principal[] {
  const principals: Principal[] = []
  for (const kind of new Set(signers.map((signer) => signer.kind))) {
    if (kind !== 'member') refuse('transaction.unknown-signer-kind')
    const own = signers.filter((signer) => signer.kind === kind)
    for (const id of new Set(own.map(({ subject }) => subject))) {
      const keys = own.filter(({ subject }) => subject === id).map(({ key }) => key)
      principals.push(principalOf(state, id, keys))
    }
  }
  return principals
}

function principalOf(state: State, id: string, keys: readonly ModelKey[]): Principal {
  const member = state.members.get(id) ?? refuse('governance.unknown-member')
  if (presentState(standingOf(state, id)) !== 'active') refuse('governance.member-not-active')
  const registered = new Set(member.keys.flatMap((entry) => entry.keys.map((key) => key.digest)))
  if (keys.some((key) => !registered.has(key.digest))) refuse('governance.not-a-key-of')
  const purposes = new Set<Purpose>()
  for (const entry of member.keys) {
    const signing = entry.keys.filter((key) => keys.some((used) => used.digest === key.digest))
    if (signing.length >= entry.threshold) purposes.add(entry.purpose)
  }
  if (purposes.size === 0) refuse('governance.threshold-not-met')
  return { id, roles: member.roles, purposes }
}

export function signingFor({ signers }: Acting, purpose: Purpose): readonly Principal[] {
  const signing = signers.filter(({ purposes }) => purposes.has(purpose))
  return signing.length === 0 ? refuse('governance.purpose-missing') : signing
}

export function requireQuorum(acting: Acting): void {
  const { roles, members } = parameterOf(acting.state, 'governance/authority')
  const governing = acting.signers.filter(
    (signer) => signer.purposes.has('govern') && signer.roles.some((role) => words(roles).includes(role)),
  )
  if (governing.length < Number(members)) refuse('governance.quorum-not-met')
}

export function parameterOf(state: State, name: string): ParameterValue {
  const parameter = state.parameters.get(name)
  if (parameter === undefined) throw new TypeError(`the model has no parameter ${name}`)
  return parameter.value
}

export function standingOf(state: State, member: string) {
  return state.standings.get(member) ?? refuse('governance.unknown-member')
}

/** A list of words, as a parameter holds it. */
export function words(value: Plain | undefined): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError('the parameter is no list')
  return value.map(String)
}
