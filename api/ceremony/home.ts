/** One organisation's folder: its keys, the network it belongs to, how its node runs. Everything in it is its owner's alone. */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileKeyHolder } from '../../src/crypto/index.ts'
import { keyPurposes } from '../../src/module/index.ts'
import { cliError, systemReason } from '../client/index.ts'
import { networkError } from './errors.ts'

export type Home = ReturnType<typeof homeOf>

export function homeOf(folder: string) {
  return {
    folder,
    /** Says how the node runs. */
    settings: join(folder, 'node.json'),
    /** Names the process that runs here. */
    lock: join(folder, 'lock'),
    /** The organisation's own join file. */
    join: join(folder, 'organisation.join'),
    network: join(folder, 'network.commonroot'),
    genesis: join(folder, 'genesis.cbor'),
    genesisView: join(folder, 'genesis.json'),
    /** Key files by purpose. Only `node` is needed where the node runs. */
    keys: join(folder, 'keys'),
    /** CometBFT's home. */
    cometbft: join(folder, 'cometbft'),
    /** Old blocks, in files. */
    archive: join(folder, 'archive'),
    /** What the node said, when somebody else started it. */
    log: join(folder, 'node.log'),
  } as const
}

/** The file of the key that an organisation uses for one purpose. */
export function keyFileOf({ keys }: Home, purpose: (typeof keyPurposes)[number]): string {
  return join(keys, `${purpose}.key`)
}

/** Makes the folder its owner's alone. @throws cli.unwritable */
export async function takeHome({ folder }: Home): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  } catch (cause) {
    throw cliError('unwritable', { path: folder, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}

/** Opens the organisation's keys, makes those that are missing: one for each purpose. @throws codes of `holder` */
export async function openKeys({ keys }: Home, passphrase: string | null): Promise<FileKeyHolder> {
  const holder = await FileKeyHolder.open(keys, { passphrase })
  for (const purpose of keyPurposes) {
    if ((await holder.find(purpose)) === undefined) await holder.generate('ES256', { label: purpose })
  }
  return holder
}

/** What is told to whoever finds the folder in use. */
export function runningIn({ folder }: Pick<Home, 'folder'>) {
  return (process: number) => networkError('running', { folder, process })
}
