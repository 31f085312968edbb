/** An operation that governance decides, as people read and write it. */
import { type Static, Type } from 'typebox'
import {
  type DeepReadonly,
  decodeAs,
  encodeUnknown,
  fromHex,
  fromJson,
  type JsonValue,
  Name,
  toHex,
  toJson,
} from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { decisionsOf, governanceName, type ProposedOperation } from '../../src/governance/index.ts'
import { programOf } from '../../src/host/index.ts'
import type { Module, TransactionType } from '../../src/module/index.ts'
import { newestProtocol, protocols } from '../protocols.ts'

export const ShownOperation = Type.Object({
  type: Name,
  body: Type.Unsafe<JsonValue>({
    description: 'What it says. Bytes are hexadecimal, integers beyond 2^53 and times decimal strings.',
  }),
  encoded: Type.String({
    description: 'The same as deterministic CBOR, in hexadecimal: what a vote repeats.',
    pattern: '^([0-9a-f]{2})*$',
  }),
})
export type ShownOperation = DeepReadonly<Static<typeof ShownOperation>>

const setParameter = 'set-parameter'

/** The modules that this program itself knows: a client goes by these, whatever a node says. */
export const knownModules: readonly Module[] = programOf(protocols, newestProtocol).modules

/** What can be proposed, in the order in which the module declares it. */
export const decisionNames: readonly string[] = Object.keys(decisionsOf({ parameters: () => [] }))

/** A value of a parameter is shown by the schema of its module; what this program does not know stays hexadecimal. */
export function operationView(modules: readonly Module[], { type, body }: ProposedOperation): ShownOperation {
  const encoded = toHex(body)
  const declared = decisionOf(modules, type)
  if (declared === undefined) return { type, body: encoded, encoded }
  try {
    const shown = toJson(declared.schema, decodeAs(declared.schema, body))
    return { type, body: type === setParameter ? withReadValue(modules, shown) : shown, encoded }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return { type, body: encoded, encoded }
  }
}

/**
 * The operation that a person wrote down. A parameter's value is written as what it is; `at` may be left out for at once.
 * @throws codec.schema and its kin; TypeError for a type that is no decision
 */
export function operationFrom(modules: readonly Module[], type: string, body: JsonValue): ProposedOperation {
  const declared = decisionOf(modules, type)
  if (declared === undefined) throw new TypeError(`${type} is no decision`)
  const written = type === setParameter ? withWrittenValue(modules, body) : body
  return { type, body: encodeUnknown(declared.schema, fromJson(declared.schema, written)) }
}

function decisionOf(modules: readonly Module[], type: string): TransactionType | undefined {
  const types = modules.find(({ name }) => name === governanceName)?.transactions
  return decisionNames.includes(type) ? types?.[type] : undefined
}

function withReadValue(modules: readonly Module[], body: JsonValue): JsonValue {
  const parameter = parameterOf(modules, body)
  if (parameter === undefined || !isObject(body) || typeof body.value !== 'string') return body
  return { ...body, value: toJson(parameter.schema, decodeAs(parameter.schema, fromHex(body.value))) }
}

function withWrittenValue(modules: readonly Module[], body: JsonValue): JsonValue {
  const parameter = parameterOf(modules, body)
  if (parameter === undefined || !isObject(body) || body.value === undefined) return body
  const value = encodeUnknown(parameter.schema, fromJson(parameter.schema, body.value))
  return { at: 0, ...body, value: toHex(value) }
}

function parameterOf(modules: readonly Module[], body: JsonValue) {
  if (!isObject(body)) return undefined
  const own = modules.find(({ name }) => name === body.module)
  return own?.parameters.find(({ name }) => name === body.name)
}

function isObject(value: JsonValue): value is { readonly [field: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
