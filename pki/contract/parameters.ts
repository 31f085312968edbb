import { List, Struct, Unsigned64, type ValueOf } from '../../src/codec/index.ts'
import { Role } from '../../src/governance/index.ts'
import { defineParameter } from '../../src/module/index.ts'
import { DeviceProfile, defaultDeviceProfile } from '../certificate/index.ts'
import { pkiName } from './collections.ts'

const Roles = List(Role, { minimum: 1, maximum: 16 })

export const deviceProfile = defineParameter({
  module: pkiName,
  name: 'device-profile',
  schema: DeviceProfile,
  summary: 'What a self-issued device certificate must, may and may not hold.',
  initial: defaultDeviceProfile,
})

export const PublicationPolicy = Struct({
  /** Members with one of these roles may publish the certificates of their own devices. */
  publisherRoles: Roles,
  /** Members with one of these roles may revoke any certificate; a manufacturer may always revoke its own. */
  revokerRoles: Roles,
  /** Milliseconds that notBefore may lie ahead of block time: clocks of factories differ. */
  clockSkew: Unsigned64,
})
export type PublicationPolicy = ValueOf<typeof PublicationPolicy>

export const publicationPolicy = defineParameter({
  module: pkiName,
  name: 'publication-policy',
  schema: PublicationPolicy,
  summary: 'Who may publish and revoke, and how far clocks may differ.',
  initial: { publisherRoles: ['vendor', 'operator'], revokerRoles: ['regulator'], clockSkew: 600_000n },
})
