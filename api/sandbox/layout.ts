/** Where everything of a sandbox lies. */
import { join } from 'node:path'

export type Layout = ReturnType<typeof layoutOf>

export function layoutOf(folder: string) {
  return {
    folder,
    /** Says that the folder is a sandbox's, and of which format. */
    mark: join(folder, 'sandbox.json'),
    /** Names the process that runs here. */
    lock: join(folder, 'lock'),
    genesis: join(folder, 'genesis.cbor'),
    genesisView: join(folder, 'genesis.json'),
    members: join(folder, 'members'),
    validator: join(folder, 'validator'),
    signingState: join(folder, 'validator', 'signing-state'),
    postgres: join(folder, 'postgres'),
    /** Old blocks, in files. */
    archive: join(folder, 'archive'),
    line: join(folder, 'line'),
    /** Written when the line has nothing left to do. */
    receipt: join(folder, 'line', 'receipt.json'),
    /** A certificate that somebody made but nobody published. */
    unpublished: join(folder, 'unpublished'),
    gateway: join(folder, 'gateway'),
    trust: join(folder, 'gateway', 'ledger.trust'),
  } as const
}

/** The key file of a member. */
export function memberKeyFile({ members }: Layout, member: string): string {
  return join(members, `${member}.key`)
}
