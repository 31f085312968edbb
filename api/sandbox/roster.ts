/** The members of a sandbox's chain. */

import type { Genesis } from '../../src/chain/index.ts'
import { FileKeyHolder } from '../../src/crypto/index.ts'
import { keyPurposes } from '../../src/module/index.ts'

export const roster = [
  { id: 'operator-north', name: 'North Mobile', roles: ['operator'] },
  { id: 'operator-south', name: 'South Mobile', roles: ['operator'] },
  { id: 'vendor-aurora', name: 'Aurora Radio', roles: ['vendor'] },
  { id: 'vendor-borealis', name: 'Borealis Networks', roles: ['vendor'] },
  { id: 'ca-meridian', name: 'Meridian Certificates', roles: ['ca'] },
  { id: 'regulator', name: 'Telecom Regulator', roles: ['regulator'] },
] as const

/** The vendor whose line makes the cells. */
export const lineVendor = 'vendor-aurora'

/** The member that runs the node: single certificates are carried in its name. */
export const nodeOperator = 'operator-north'

/** Makes the members' keys in a folder, or finds them there: one each, unencrypted, for all purposes. */
export async function makeMembers(folder: string): Promise<Genesis['members']> {
  const holder = await FileKeyHolder.open(folder, { passphrase: null })
  try {
    const members: Genesis['members'][number][] = []
    for (const { id, name, roles } of roster) {
      const { key } = (await holder.find(id)) ?? (await holder.generate('ES256', { label: id }))
      members.push({
        id,
        name,
        roles: [...roles],
        keys: keyPurposes.map((purpose) => ({ purpose, threshold: 1, keys: [key] })),
      })
    }
    return members
  } finally {
    await holder.close()
  }
}
