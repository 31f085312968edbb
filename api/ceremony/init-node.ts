/** The last step of the ceremony: an organisation's folder learns which network it belongs to and how its node runs. */
import { existsSync } from 'node:fs'
import { chainIdOf, Genesis } from '../../src/chain/index.ts'
import { encodeAs, equalBytes, toJson } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { prepareIdentity } from '../../src/engine/index.ts'
import { readBounded, writeWhole } from '../client/index.ts'
import { encodeNetwork, type Network } from './assemble.ts'
import { networkError } from './errors.ts'
import { homeOf, takeHome } from './home.ts'
import { decodeJoin } from './join-file.ts'
import { maximumJoinBytes } from './limits.ts'
import { type ChosenSettings, writeSettings } from './settings.ts'

export type NodeOrder = {
  readonly home: string
  readonly network: Network
  /** Verifies and serves, and does not vote. */
  readonly observer: boolean
  /** Beside those of the network's validators. */
  readonly peers: readonly string[]
  readonly settings: Omit<ChosenSettings, 'organisation' | 'peers'>
  /** Settings that are there are replaced: nothing was ever started with them. */
  readonly replace?: boolean
}

export type InitialisedNode = { readonly organisation: string | null; readonly votes: boolean; readonly peers: number }

/** @throws network.not-in-network, network.home-taken, network.settings-malformed, cli.unwritable */
export async function initNode(order: NodeOrder): Promise<InitialisedNode> {
  const { network, settings } = order
  const home = homeOf(order.home)
  if (order.replace !== true && existsSync(home.settings)) throw networkError('home-taken', { path: home.settings })
  await takeHome(home)
  const organisation = await organisationOf(home.join)
  const { nodeId } = await prepareIdentity(home.cometbft)
  const votes = await isValidator(home.cometbft, network)
  if (!order.observer && !votes) {
    throw networkError('not-in-network', { home: order.home, organisation: organisation ?? 'a validator' })
  }
  const peers = network.peers.filter(({ id }) => id !== nodeId).map(({ id, address }) => `${id}@${address}`)
  const all = [...new Set([...peers, ...order.peers])]
  await writeWhole(home.network, encodeNetwork(network), 'everybody')
  await writeGenesis(home, network.genesis)
  // Last: a folder with settings is one that a node can start in.
  await writeSettings(home, { ...settings, organisation, peers: all })
  return { organisation, votes, peers: all.length }
}

/** `genesis.json` says the same for people. */
export async function writeGenesis(
  files: { readonly genesis: string; readonly genesisView: string },
  genesis: Genesis,
): Promise<void> {
  const view = { chain: chainIdOf(genesis), genesis: toJson(Genesis, genesis) }
  await writeWhole(files.genesisView, `${JSON.stringify(view, null, 2)}\n`, 'everybody')
  await writeWhole(files.genesis, encodeAs(Genesis, genesis), 'everybody')
}

async function organisationOf(joinFile: string): Promise<string | null> {
  if (!existsSync(joinFile)) return null
  return decodeJoin(joinFile, await readBounded(joinFile, maximumJoinBytes)).terms.organisation.id
}

async function isValidator(cometbft: string, { genesis }: Network): Promise<boolean> {
  const own = ed25519Raw((await prepareIdentity(cometbft)).validator)
  return genesis.validators.some(({ key }) => equalBytes(key, own))
}
