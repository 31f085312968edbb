/** What is in force at a height, in JSON. */
import { type Static, Type } from 'typebox'
import {
  AlgorithmName,
  type DeepReadonly,
  decodeAs,
  type JsonValue,
  Name,
  toHex,
  toJson,
  Word,
} from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import {
  EngineName,
  type GovernedValidator,
  type InForce,
  MemberId,
  MemberState,
  protocolAt,
  Role,
  targetPower,
} from '../../src/governance/index.ts'
import { validatorAddress, validatorKey } from '../../src/light/index.ts'
import { keyPurposes, type Module } from '../../src/module/index.ts'

const Height = Type.Unsafe<bigint>({ type: 'integer', minimum: 0, format: 'int64' })
const Hexadecimal = Type.String({ pattern: '^([0-9a-f]{2})*$' })
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in lower-case hexadecimal.' })

export const InForceView = Type.Object({
  height: Height,
  protocol: Type.Object({
    version: Type.Integer(),
    next: Type.Optional(
      Type.Object({ version: Type.Integer(), height: Height }, { description: 'Decided, and still to come.' }),
    ),
  }),
  parameters: Type.Array(
    Type.Object({
      module: Name,
      name: Name,
      since: Height,
      value: Type.Unsafe<JsonValue>({
        description: 'Bytes are hexadecimal, integers beyond 2^53 and times decimal strings.',
      }),
    }),
  ),
  members: Type.Array(
    Type.Object({
      id: MemberId,
      name: Type.String(),
      roles: Type.Array(Role),
      state: MemberState,
      since: Type.Unsafe<bigint>({ ...Height, description: 'The height from which it has this state.' }),
      keys: Type.Array(
        Type.Object({
          purpose: Word(...keyPurposes),
          threshold: Type.Integer(),
          keys: Type.Array(Digest),
        }),
      ),
    }),
  ),
  engine: Type.Optional(
    Type.Unsafe<Static<typeof EngineName>>({
      ...EngineName,
      description: 'The engine that the genesis names; only under `cometbft` validators change.',
    }),
  ),
  validators: Type.Array(
    Type.Object({
      key: Type.Unsafe<string>({ ...Hexadecimal, description: 'The raw Ed25519 key.' }),
      address: Hexadecimal,
      member: Type.Optional(MemberId),
      power: Type.Unsafe<bigint>({ ...Height, description: 'As decided.' }),
      applied: Type.Unsafe<bigint>({ ...Height, description: 'As the engine was told; in force two blocks later.' }),
      state: Word('active', 'changing', 'held', 'suspended'),
    }),
  ),
  withdrawnAlgorithms: Type.Array(Type.Object({ algorithm: AlgorithmName, since: Height })),
  misbehaviour: Type.Array(
    Type.Object({
      address: Hexadecimal,
      member: Type.Optional(MemberId),
      kind: Type.String(),
      height: Height,
      recorded: Height,
      consequence: Type.String(),
    }),
  ),
})
export type InForceView = DeepReadonly<Static<typeof InForceView>>

export function inForceView(modules: readonly Module[], found: InForce): InForceView {
  const { height, protocol, parameters, members, validators, withdrawn, misbehaviour } = found
  const version = protocolAt(protocol, height)
  const next = protocol.next === undefined || protocol.next.height <= height ? {} : { next: protocol.next }
  return {
    height,
    protocol: { version, ...next },
    parameters: parameters.map(({ module, name, value, height: since }) => {
      return { module, name, since, value: parameterJson(modules, module, name, value) }
    }),
    members: members.map(({ member: { id, name, roles, keys }, states }) => {
      const last = states.at(-1)!
      const shown = keys.map(({ purpose, threshold, keys: own }) => {
        return { purpose, threshold, keys: own.map((key) => toHex(keyDigest(key))) }
      })
      return { id, name, roles, state: last.state, since: last.height, keys: shown }
    }),
    ...(validators?.engine === undefined ? {} : { engine: validators.engine }),
    validators: (validators?.validators ?? []).map(validatorView),
    withdrawnAlgorithms: withdrawn.map(({ algorithm, height: since }) => ({ algorithm, since })),
    misbehaviour: misbehaviour.map(({ address, ...rest }) => ({ address: toHex(address), ...rest })),
  }
}

function validatorView(validator: GovernedValidator) {
  const { key, member, power, applied, isHeld, isSuspended } = validator
  const settled = applied === targetPower(validator) ? 'active' : 'changing'
  return {
    key: toHex(key),
    address: toHex(validatorAddress(validatorKey(key))),
    ...(member === undefined ? {} : { member }),
    power,
    applied,
    state: isSuspended ? 'suspended' : isHeld ? 'held' : settled,
  } as const
}

/** A value of a parameter that this program does not know, or knows otherwise, stays hexadecimal. */
function parameterJson(modules: readonly Module[], module: string, name: string, value: Uint8Array): JsonValue {
  const parameter = modules.find((each) => each.name === module)?.parameters.find((each) => each.name === name)
  if (parameter === undefined) return toHex(value)
  try {
    return toJson(parameter.schema, decodeAs(parameter.schema, value))
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return toHex(value)
  }
}
