/** What governance offers to other modules: parameters, members, and facts about a member's standing. */
import { type TSchema, utf8, type ValueOf } from '../codec/index.ts'
import {
  type Address,
  definePort,
  type Parameter,
  type Port,
  type ReadContext,
  readParameter,
  recordAddress,
} from '../module/index.ts'
import { governanceName, members, parameterKey, parameters, standings, withdrawnAlgorithms } from './collections.ts'
import { governanceError } from './errors.ts'
import { maximumFacts, maximumStandingBytes } from './limits.ts'
import type { Member, Standing, StandingFact, StoredParameter, WithdrawnAlgorithms } from './schemas.ts'

const parameterPort: Port<{ readonly module: string; readonly name: string }, StoredParameter | undefined> = definePort(
  {
    module: governanceName,
    name: 'parameter',
    reads: ({ module, name }) => [recordAddress(parameters, parameterKey(module, name))],
    call: (context, { module, name }) => context.get(parameters, parameterKey(module, name)),
  },
)

const memberPort: Port<string, { readonly member: Member; readonly standing: Standing } | undefined> = definePort({
  module: governanceName,
  name: 'member',
  reads: (id) => [recordAddress(members, utf8(id)), recordAddress(standings, utf8(id))],
  call: (context, id) => {
    const member = context.get(members, utf8(id))
    const standing = context.get(standings, utf8(id))
    return member === undefined || standing === undefined ? undefined : { member, standing }
  },
})

const withdrawnPort: Port<undefined, WithdrawnAlgorithms> = definePort({
  module: governanceName,
  name: 'withdrawn-algorithms',
  reads: () => [recordAddress(withdrawnAlgorithms, new Uint8Array(0))],
  call: (context) => context.get(withdrawnAlgorithms, new Uint8Array(0)) ?? { algorithms: [] },
})

const factPort: Port<{ readonly member: string; readonly fact: StandingFact }, void> = definePort({
  module: governanceName,
  name: 'standing-fact',
  reads: ({ member }) => [recordAddress(standings, utf8(member))],
  call: (context, { member, fact }) => {
    const standing = context.get(standings, utf8(member))
    if (standing === undefined) throw governanceError('unknown-member', { member })
    const next: Standing = { ...standing, facts: [...standing.facts, fact] }
    if (next.facts.length > maximumFacts || standings.encode(next).length > maximumStandingBytes) {
      throw governanceError('too-many-facts', { member, count: standing.facts.length })
    }
    context.put(standings, next)
  },
})

export const governancePorts = {
  parameter: parameterPort,
  member: memberPort,
  withdrawnAlgorithms: withdrawnPort,
  standingFact: factPort,
}

/** Where a parameter is read from: a module lists these in `always`. */
export function parameterReads(parameter: { readonly module: string; readonly name: string }): Iterable<Address> {
  return parameterPort.reads(parameter)
}

/** The value of a parameter that is in force. */
export function parameterInForce<Schema extends TSchema>(
  context: ReadContext,
  parameter: Parameter<Schema>,
): ValueOf<Schema> {
  const stored = context.call(parameterPort, parameter)
  return stored === undefined ? parameter.initial : readParameter(parameter, stored.value)
}
