/**
 * Decisions: what governance can decide. Each is declared once, and can be signed by a quorum in one transaction or be
 * carried by a proposal on which members vote; both do the same.
 */
import { decodeAs, type TSchema, type ValueOf } from '../codec/index.ts'
import { type Address, defineTransaction, type SignatureCheck, type TransactionType } from '../module/index.ts'
import { Amendment } from './amendment.ts'
import { governanceError } from './errors.ts'
import { parameterInForce } from './ports.ts'
import { type Decider, neededFor, settle } from './quorum.ts'
import type { ProposedOperations } from './schemas.ts'
import { requireQuorum } from './signers.ts'

/** A decision with its body decoded. */
export type BoundDecision = {
  readonly decider: Decider
  readonly checks: (chain: string) => readonly SignatureCheck[]
  readonly reads: readonly Address[]
  /** Changes the amendment, not the state. @throws what the decision refuses */
  readonly decide: (amendment: Amendment) => void
}

export type Decision = {
  readonly bind: (body: Uint8Array) => BoundDecision
  /** The decision as a transaction that a quorum signs. */
  readonly transaction: TransactionType
}

/** By the names of their transactions. */
export type Decisions = Readonly<Record<string, Decision>>

export function defineDecision<Schema extends TSchema>(declaration: {
  readonly summary: string
  readonly body: Schema
  /** The authority, unless it is for emergencies. */
  readonly decider?: Decider
  /** Signatures that keys give about themselves. */
  readonly checks?: (body: ValueOf<Schema>, chain: string) => readonly SignatureCheck[]
  readonly reads: (body: ValueOf<Schema>) => Iterable<Address>
  readonly decide: (amendment: Amendment, body: ValueOf<Schema>) => void
}): Decision {
  const { summary, body: schema, decider = 'authority', checks = () => [], reads, decide } = declaration
  return {
    bind: (bytes) => {
      const body = decodeAs(schema, bytes)
      return {
        decider,
        checks: (chain) => checks(body, chain),
        reads: [...reads(body)],
        decide: (amendment) => decide(amendment, body),
      }
    },
    transaction: defineTransaction({
      summary,
      body: schema,
      prepare: (body, { chain }) => ({ facts: undefined, checks: checks(body, chain) }),
      allow: (context) => {
        requireQuorum(context, neededFor({ parameter: (parameter) => parameterInForce(context, parameter) }, decider))
      },
      reads,
      apply: (context, body, prepared) => {
        requirePossession(prepared.checks)
        const amendment = new Amendment(context)
        decide(amendment, body)
        settle(amendment)
        amendment.write()
      },
    }),
  }
}

/** @throws governance.possession-not-proven */
export function requirePossession(checks: readonly boolean[]): void {
  if (!checks.every((holds) => holds)) throw governanceError('possession-not-proven')
}

/** A vote is bound for its signatures, for what it reads and for its execution: the same operations each time. */
const bound = new WeakMap<ProposedOperations, readonly BoundDecision[]>()

/** @throws governance.unknown-operation, every code of `codec` */
export function bindOperations(decisions: Decisions, operations: ProposedOperations): readonly BoundDecision[] {
  const known = bound.get(operations)
  if (known !== undefined) return known
  const made = operations.map(({ type, body }) => {
    const decision = Object.hasOwn(decisions, type) ? decisions[type] : undefined
    if (decision === undefined) throw governanceError('unknown-operation', { type })
    return decision.bind(body)
  })
  bound.set(operations, made)
  return made
}

/** Who decides about all of them together: the authority, if only one of them asks for it. */
export function deciderOf(operations: readonly BoundDecision[]): Decider {
  return operations.every(({ decider }) => decider === 'emergency') ? 'emergency' : 'authority'
}

/** All of them, one after the other, judged as a whole. @throws what one of them or `settle` refuses */
export function amend(amendment: Amendment, operations: readonly BoundDecision[]): void {
  for (const operation of operations) operation.decide(amendment)
  settle(amendment)
}
