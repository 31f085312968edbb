/** What the model remembers: plain maps of plain values. A value is never changed in place, so a copy of the maps is a savepoint. */
import type { Plain } from './cbor.ts'

export const purposes = ['govern', 'operate', 'line', 'node'] as const
export type Purpose = (typeof purposes)[number]
export type Algorithm = 'ES256' | 'EdDSA'

/** `digest` is SHA-256 of the SubjectPublicKeyInfo, in hexadecimal like all digests of the model. */
export type ModelKey = { readonly digest: string; readonly algorithm: Algorithm; readonly spki: Uint8Array }

export type PurposeKeys = {
  readonly purpose: Purpose
  readonly threshold: number
  readonly keys: readonly ModelKey[]
}

export type Member = {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly keys: readonly PurposeKeys[]
}

export type MemberState = 'active' | 'suspended' | 'removed'

export type MassRevocation = {
  readonly reason: string
  readonly model?: string
  readonly batch?: string
  readonly firmwareBelow?: readonly number[]
  readonly serials?: { readonly from: string; readonly to: string }
}

/** A block: where everything that is dated gets its date from. Time in milliseconds. */
export type Moment = { readonly height: bigint; readonly time: bigint }

export type Standing = {
  readonly member: string
  readonly states: readonly (Moment & { readonly state: MemberState })[]
  readonly facts: readonly (Moment & { readonly revocation: MassRevocation })[]
}

export type Certificate = {
  readonly fingerprint: string
  readonly manufacturer: string
  readonly serial: string
  readonly key: string
  readonly algorithm: Algorithm
  readonly model: string
  readonly batch: string
  readonly firmware: readonly number[]
  readonly states: readonly (Moment & { readonly state: 'valid' | 'revoked'; readonly reason?: string })[]
}

export type ParameterValue = { readonly [field: string]: Plain }

export type Parameter = {
  readonly module: string
  readonly name: string
  readonly value: ParameterValue
  readonly height: bigint
}

/** A parameter that takes effect later. */
export type Waiting = Omit<Parameter, 'height'> & { readonly at: bigint }

export type Recent = { readonly height: bigint; readonly ids: readonly string[]; readonly validUntil: bigint }

export type State = {
  readonly members: Map<string, Member>
  readonly keyOwners: Map<string, { readonly digest: string; readonly member: string }>
  readonly standings: Map<string, Standing>
  readonly certificates: Map<string, Certificate>
  /** By `module/name`. */
  readonly parameters: Map<string, Parameter>
  readonly waiting: Map<string, Waiting>
  readonly recent: Map<bigint, Recent>
  /** Ids that are used up, with the place where they were. */
  readonly used: Map<string, { readonly height: bigint; readonly position: number; readonly validUntil: bigint }>
  withdrawn: readonly (Moment & { readonly algorithm: Algorithm })[]
  protocol: { readonly version: number; readonly next?: { readonly version: number; readonly height: bigint } }
}

export function copyOf(state: State): State {
  return {
    members: new Map(state.members),
    keyOwners: new Map(state.keyOwners),
    standings: new Map(state.standings),
    certificates: new Map(state.certificates),
    parameters: new Map(state.parameters),
    waiting: new Map(state.waiting),
    recent: new Map(state.recent),
    used: new Map(state.used),
    withdrawn: state.withdrawn,
    protocol: state.protocol,
  }
}

/** The present state of a member or a certificate. */
export function presentState<Word extends string>({
  states,
}: {
  readonly states: readonly { readonly state: Word }[]
}): Word {
  const last = states[states.length - 1]
  if (last === undefined) throw new TypeError('a history without a state')
  return last.state
}
