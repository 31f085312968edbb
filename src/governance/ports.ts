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

type ParameterName = { readonly module: string; readonly name: string }

const parameterPort: Port<ParameterName, StoredParameter | undefined> = definePort({
  module: governanceName,
  name: 'parameter',
  reads: (parameter) => [recordAddress(parameters, keyOf(parameter))],
  call: (context, parameter) => context.get(parameters, keyOf(parameter)),
})

const parameterKeys = new WeakMap<ParameterName, Uint8Array>()

/** A parameter is declared once and read for each item of a block. */
function keyOf(parameter: ParameterName): Uint8Array {
  const known = parameterKeys.get(parameter)
  if (known !== undefined) return known
  const key = parameterKey(parameter.module, parameter.name)
  parameterKeys.set(parameter, key)
  return key
}

const memberPort: Port<string, { readonly member: Member; readonly standing: Standing } | undefined> = definePort({
  module: governanceName,
  name: 'member',
  reads: memberReads,
  call: (context, id) => {
    const member = context.get(members, utf8(id))
    const standing = context.get(standings, utf8(id))
    return member === undefined || standing === undefined ? undefined : { member, standing }
  },
})

const memberAddresses = new Map<string, readonly Address[]>()

/** Members whose addresses are kept: the items of a block name the same few. */
const maximumKept = 256

function memberReads(id: string): readonly Address[] {
  const known = memberAddresses.get(id)
  if (known !== undefined) return known
  const addresses = [recordAddress(members, utf8(id)), recordAddress(standings, utf8(id))]
  if (memberAddresses.size >= maximumKept) memberAddresses.clear()
  memberAddresses.set(id, addresses)
  return addresses
}

const everyAlgorithm = new Uint8Array(0)

const withdrawnPort: Port<undefined, WithdrawnAlgorithms> = definePort({
  module: governanceName,
  name: 'withdrawn-algorithms',
  reads: () => [recordAddress(withdrawnAlgorithms, everyAlgorithm)],
  call: (context) => context.get(withdrawnAlgorithms, everyAlgorithm) ?? { algorithms: [] },
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
