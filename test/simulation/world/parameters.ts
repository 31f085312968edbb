/** Values that governance sets in a simulation, beginning with those that docs/reference/parameters.md shows. */

import { codeBlocks, readDocument, section } from '../../docs/markdown.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import { knownParameters } from '../model/governing.ts'
import type { Parameter, ParameterValue } from '../model/state.ts'

export const documentedParameters: ReadonlyMap<string, Parameter> = new Map(
  knownParameters.map((id) => {
    const [module = '', name = ''] = id.split('/')
    return [id, { module, name, value: documentedValue(id), height: 0n }]
  }),
)

function documentedValue(id: string): ParameterValue {
  const document = readDocument('docs/reference/parameters.md')
  const [json = ''] = codeBlocks(section(document, `\`${id}\``), 'json')
  const value: ParameterValue = JSON.parse(json)
  return value
}

/** Another value that fits: mostly the documented one in one field. */
export function otherValue(random: SeededRandom, id: string): ParameterValue {
  const initial = documentedParameters.get(id)?.value ?? {}
  if (random.chance(0.4)) return initial
  if (id === 'governance/authority') return { ...initial, members: 1 + random.whole(4) }
  if (id === 'pki/device-profile') return { ...initial, ...otherProfile(random) }
  return { ...initial, ...otherPolicy(random) }
}

function otherProfile(random: SeededRandom): ParameterValue {
  return random.pick([
    { maximumValidityDays: 400 },
    { maximumValidityDays: 30 },
    { algorithms: ['ES256'] },
    { algorithms: ['EdDSA', 'ES256'] },
    { hardwareModuleName: 'required' },
    { hardwareModuleName: 'refused' },
  ])
}

function otherPolicy(random: SeededRandom): ParameterValue {
  return random.pick([
    { publisherRoles: ['operator'] },
    { publisherRoles: ['vendor'] },
    { revokerRoles: ['ca'] },
    { revokerRoles: ['regulator', 'operator'] },
    { clockSkew: 0 },
    { clockSkew: 60_000 },
  ])
}
