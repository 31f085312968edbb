/**
 * What a module is: the one shape in which every part of the ledger's rules is written.
 *
 * May import: `src/errors`, `src/codec`, `src/state` (types and leaf forms). It is deterministic: no clock, no I/O.
 * Start reading at `defineModule`, then `context.ts` (what a rule is given), then `collection.ts` (where it keeps values).
 */
import type { Address, AnyCollection } from './collection.ts'
import type { Context } from './context.ts'
import type { AnyParameter, BoundSchedule, EventType, Migration, SignerKind, TransactionType } from './declarations.ts'

export {
  type Address,
  type AnyCollection,
  addressOf,
  type Collection,
  type Consequences,
  defineCollection,
  type EarlierVersion,
  indexAddress,
  indexPrefix,
  recordAddress,
  type UniqueIndex,
} from './collection.ts'
export {
  type Claims,
  type Context,
  type KeyPurpose,
  keyPurposes,
  type MemberPrincipal,
  type Principal,
  type ReadContext,
  type Reader,
  type SubjectPrincipal,
} from './context.ts'
export {
  type AnyParameter,
  type BoundItem,
  type BoundOperation,
  type BoundSchedule,
  defineBatch,
  defineEvent,
  defineMigration,
  defineParameter,
  definePort,
  defineSchedule,
  defineTransaction,
  type EventType,
  type Migration,
  type Parameter,
  type Port,
  type Preparation,
  type PreparationPlace,
  readParameter,
  type Schedule,
  type SignatureCheck,
  type SignerKind,
  type TransactionType,
} from './declarations.ts'

/** Evidence against a validator, as modules see it. */
export type MisbehaviourEvidence = {
  readonly kind: 'duplicate-vote' | 'light-client-attack'
  readonly validator: Uint8Array
  readonly height: bigint
}

export type Module = {
  readonly name: string
  /** Rises by one with each change of behaviour; a protocol names one version of each module. */
  readonly version: number
  readonly summary: string
  readonly collections: readonly AnyCollection[]
  readonly transactions: Readonly<Record<string, TransactionType>>
  readonly schedules: readonly BoundSchedule[]
  readonly signers: Readonly<Record<string, SignerKind>>
  readonly parameters: readonly AnyParameter[]
  readonly events: readonly EventType[]
  /** Addresses read by every transaction of this module, parameters above all: fetched once a block. */
  readonly always: readonly Address[]
  /** Queue work when a protocol brings this version. */
  readonly migration: Migration | undefined
  readonly onMisbehaviour: ((context: Context, evidence: MisbehaviourEvidence) => void) | undefined
}

/** Declares a module; what it doesn't have may be left out. */
export function defineModule(
  declaration: Pick<Module, 'name' | 'version' | 'summary' | 'collections' | 'transactions'> &
    Partial<
      Pick<Module, 'schedules' | 'signers' | 'parameters' | 'events' | 'always' | 'migration' | 'onMisbehaviour'>
    >,
): Module {
  const module: Module = {
    schedules: [],
    signers: {},
    parameters: [],
    always: [],
    migration: undefined,
    onMisbehaviour: undefined,
    ...declaration,
    events: [...(declaration.events ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
  const parts = [...module.collections, ...module.schedules, ...module.parameters, ...module.events]
  for (const part of parts) {
    if (part.module !== module.name)
      throw new TypeError(`${part.name} belongs to ${part.module}, not to ${module.name}`)
  }
  return module
}
