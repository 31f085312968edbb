/** A whole network in one folder: the ceremony done for all organisations at once, each with a folder of its own. */

import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { discardEmbeddedPostgres } from '../../src/store/index.ts'
import {
  assembleNetwork,
  decodeNetwork,
  defaultPower,
  encodeNetwork,
  initNode,
  joinNetwork,
  maximumNetworkBytes,
  type Network,
  networkError,
  runningIn,
  writeGenesis,
} from '../ceremony/index.ts'
import { cliError, readBounded, systemReason, writeWhole } from '../client/index.ts'
import { freePorts, ownHost, refuseRunning } from '../ledger/index.ts'
import type { OrganisationEntry } from './organisations.ts'

export type LocalNetwork = ReturnType<typeof localNetworkOf>

export function localNetworkOf(folder: string) {
  return {
    folder,
    /** Written first: says that the folder may be filled and removed. */
    mark: join(folder, 'local-network.json'),
    /** Written last: a folder with it is a whole network. */
    network: join(folder, 'network.commonroot'),
    genesis: join(folder, 'genesis.cbor'),
    genesisView: join(folder, 'genesis.json'),
    /** Names the process that runs all nodes. */
    lock: join(folder, 'lock'),
    postgres: join(folder, 'postgres'),
    homeOf: (organisation: string) => join(folder, 'organisations', organisation),
  } as const
}

export type LocalOrder = {
  readonly folder: string
  readonly name: string
  readonly organisations: readonly OrganisationEntry[]
  /** The first so many organisations have a validator. */
  readonly validators: number
  /** HTTP interfaces take this port of 127.0.0.1 and those behind it, nodes among each other the next ones; 0: the system chooses. */
  readonly port: number
  /** Milliseconds since 1970. */
  readonly time: bigint
}

/** Keys lie unencrypted: it is for trying out. @throws network.home-taken; what joining, assembling and initialising throw */
export async function initLocalNetwork(order: LocalOrder): Promise<Network> {
  const { folder, name, organisations, validators, time } = order
  const place = localNetworkOf(folder)
  if (existsSync(place.network)) throw networkError('home-taken', { path: place.network })
  await takeFolder(place)
  const ports = await choosePorts(order.port, validators)
  const joins = []
  for (const [index, organisation] of organisations.entries()) {
    const address = `${ownHost}:${ports.peer[index]}`
    joins.push(
      await joinNetwork({
        network: name,
        organisation,
        ...(index < validators ? { validator: { address, power: defaultPower } } : {}),
        home: place.homeOf(organisation.id),
        passphrase: null,
        time,
      }),
    )
  }
  const network = await assembleNetwork(joins)
  for (const [index, { id }] of organisations.slice(0, validators).entries()) {
    const http = `${ownHost}:${ports.http[index]}`
    const listen = `${ownHost}:${ports.peer[index]}`
    const settings = { http, listen, trial: true }
    await initNode({ home: place.homeOf(id), network, observer: false, peers: [], settings, replace: true })
  }
  await writeGenesis(place, network.genesis)
  await writeWhole(place.network, encodeNetwork(network), 'everybody')
  return network
}

/** @throws network.not-a-home; what reading a network file throws */
export async function openLocalNetwork({ folder, network }: LocalNetwork): Promise<Network> {
  if (existsSync(network)) return decodeNetwork(network, await readBounded(network, maximumNetworkBytes))
  throw networkError('not-a-home', { folder, kind: 'folder of a network', mark: 'network.commonroot' })
}

/** Makes the folder, or goes on in one where a network was begun. @throws network.home-taken, cli.unwritable */
async function takeFolder({ folder, mark }: LocalNetwork): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw cliError('unwritable', { path: folder, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
  if (existsSync(mark)) return
  if ((await readdir(folder)).length > 0) throw networkError('home-taken', { path: folder })
  await writeWhole(mark, `${JSON.stringify({ kind: 'commonroot-network', format: 1 })}\n`, 'owner')
}

/** Removes a network with all its keys and data; a folder that is empty or not there needs nothing. @throws network.not-a-home, network.running */
export async function removeLocalNetwork(place: LocalNetwork): Promise<void> {
  const { folder, mark, postgres, lock } = place
  const names = await readdir(folder).catch((): readonly string[] => [])
  if (names.length === 0) return
  if (!names.includes(basename(mark))) {
    throw networkError('not-a-home', { folder, kind: 'folder of a network', mark: basename(mark) })
  }
  refuseRunning(lock, runningIn(place))
  if (names.includes(basename(postgres))) await discardEmbeddedPostgres({ folder: postgres })
  // The mark goes last: a removal that is cut off can be done again.
  for (const name of names.filter((each) => each !== basename(mark))) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
  await rm(mark, { force: true })
}

async function choosePorts(
  first: number,
  count: number,
): Promise<{ readonly http: readonly number[]; readonly peer: readonly number[] }> {
  const ports =
    first === 0 ? await freePorts(2 * count) : Array.from({ length: 2 * count }, (_, index) => first + index)
  return { http: ports.slice(0, count), peer: ports.slice(count) }
}
