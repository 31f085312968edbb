/** Who takes part in a network that is made on one machine. */

import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { maximumJoins, networkError, smallestConsortium } from '../ceremony/index.ts'
import { readBounded } from '../client/index.ts'
import { maximumListBytes } from './limits.ts'

const word = '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'

const Organisations = Type.Array(
  Type.Object(
    {
      id: Type.String({ pattern: word, maxLength: 32 }),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      roles: Type.Array(Type.String({ pattern: word, maxLength: 32 }), { minItems: 1, maxItems: 16 }),
    },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: maximumJoins },
)
export type OrganisationEntry = Static<typeof Organisations>[number]

const madeUp: readonly OrganisationEntry[] = [
  { id: 'operator-north', name: 'North Mobile', roles: ['operator'] },
  { id: 'operator-south', name: 'South Mobile', roles: ['operator'] },
  { id: 'vendor-aurora', name: 'Aurora Radio', roles: ['vendor'] },
  { id: 'vendor-borealis', name: 'Borealis Networks', roles: ['vendor'] },
  { id: 'ca-meridian', name: 'Meridian Certificates', roles: ['ca'] },
  { id: 'regulator', name: 'Telecom Regulator', roles: ['regulator'] },
]

/** Made-up organisations: one for each validator, and as many as a consortium has at least. */
export function madeUpOrganisations(validators: number): readonly OrganisationEntry[] {
  return Array.from({ length: Math.max(validators, smallestConsortium) }, (_, index) => {
    const number = index + 1
    return madeUp[index] ?? { id: `operator-${number}`, name: `Operator ${number}`, roles: ['operator'] }
  })
}

/** Reads a JSON list of organisations; the first of them have the validators. @throws network.organisations-malformed, cli.unreadable */
export async function readOrganisations(path: string, validators: number): Promise<readonly OrganisationEntry[]> {
  const malformed = (reason: string, cause?: unknown) =>
    networkError('organisations-malformed', { file: path, reason }, cause)
  const text = new TextDecoder().decode(await readBounded(path, maximumListBytes))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed('it is no JSON', cause)
  }
  if (!Value.Check(Organisations, value)) {
    const [first] = Value.Errors(Organisations, value)
    throw malformed(`${first?.instancePath || 'it'} ${first?.message ?? 'has another form'}`)
  }
  if (value.length < validators) throw malformed(`it lists ${value.length} for ${validators} validators`)
  return value
}
