/** A node of a network: one organisation's application, with its CometBFT, over its own database. */

import { existsSync } from 'node:fs'
import { type Chain, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import {
  CometbftEngine,
  type CometbftOptions,
  cometbftPath,
  complaintAbout,
  parseAddress,
} from '../../src/engine/index.ts'
import { stateQueries, type TransactionSigner } from '../../src/node/index.ts'
import { isEmbeddedServer } from '../../src/store/index.ts'
import {
  decodeNetwork,
  type Home,
  homeOf,
  keyFileOf,
  maximumNetworkBytes,
  type Network,
  type NodeSettings,
  networkError,
  openSettings,
  runningIn,
  splitAddress,
} from '../ceremony/index.ts'
import { type GivenPassphrase, openSignerKey, readBounded } from '../client/index.ts'
import { type LedgerParts, type RunningLedger, requireFreePort, runLedger, takeLock } from '../ledger/index.ts'

export type NodeOptions = Pick<LedgerParts, 'withoutFollower' | 'onFailure' | 'onFault' | 'narrator' | 'signal'> & {
  readonly home: string
  /** The connection URL of the node's database. */
  readonly database: string | undefined
  readonly passphrase: GivenPassphrase | undefined
}

export type RunningNode = RunningLedger & { readonly settings: NodeSettings; readonly network: Network }

/**
 * Starts part after part; each leaves its end in `stack`.
 * @throws network.not-a-home, network.running, network.no-database, network.trial-database, network.engine-missing,
 *   network.settings-malformed, cli.port-busy; what reading the network file, the key holder, store and engine throw
 */
export async function startNode(stack: AsyncDisposableStack, options: NodeOptions): Promise<RunningNode> {
  const home = homeOf(options.home)
  const settings = await openSettings(home)
  const lock = takeLock(home.lock, runningIn(home))
  stack.defer(() => lock.release())
  const { host, port } = splitAddress(settings.http)
  await requireFreePort(port, host)
  const network = await decodeNetwork(home.network, await readBounded(home.network, maximumNetworkBytes))
  const connection = await requireDatabase(options.database, settings)
  const binary = settings.external === undefined ? await requireProgram() : ''
  const carrier = await carrierOf(home, settings, options.passphrase)
  let isUp = false
  const ledger = await runLedger(stack, {
    ...options,
    genesis: network.genesis,
    connection,
    archive: home.archive,
    engineOf: async (chain) => {
      const engine = engineOf(home, settings, network.genesis, binary, chain)
      // An engine that somebody else runs may be long in coming: who gives up does not wait for it.
      options.signal.addEventListener('abort', () => isUp || engine.stop().catch(() => undefined), { once: true })
      return engine
    },
    host,
    port,
    ...(carrier === undefined ? {} : { carrier }),
  })
  isUp = true
  return { ...ledger, settings, network }
}

function engineOf(home: Home, settings: NodeSettings, genesis: Genesis, binary: string, chain: Chain): CometbftEngine {
  const { listen, peers, trial, externalAddress, proposalTimeout, organisation } = settings
  return new CometbftEngine({
    home: home.cometbft,
    binary,
    genesis: engineGenesis(genesis),
    listen,
    peers,
    moniker: organisation ?? 'observer',
    oneHost: trial,
    answerQuery: stateQueries(chain),
    ...externalOf(settings),
    ...(externalAddress === undefined ? {} : { externalAddress }),
    ...(proposalTimeout === undefined ? {} : { proposalTimeout }),
  })
}

function externalOf({ external }: NodeSettings): Pick<CometbftOptions, 'external'> {
  if (external === undefined) return {}
  const [application, rpc] = [parseAddress(external.application), parseAddress(external.rpc)]
  if (application === undefined || rpc === undefined) {
    throw networkError('settings-malformed', { file: 'node.json', reason: 'an address of the external engine is none' })
  }
  return { external: { application, rpc } }
}

async function requireDatabase(database: string | undefined, { trial }: NodeSettings): Promise<string> {
  if (database === undefined) throw networkError('no-database')
  if (!trial && (await isEmbeddedServer(database))) throw networkError('trial-database')
  return database
}

async function requireProgram(): Promise<string> {
  const path = process.env.COMMONROOT_COMETBFT || cometbftPath()
  const reason = await complaintAbout(path)
  if (reason !== undefined) throw networkError('engine-missing', { path, reason })
  return path
}

/** The organisation's `node` key carries single certificates; a node without one carries none. */
async function carrierOf(
  home: Home,
  { organisation }: NodeSettings,
  passphrase: GivenPassphrase | undefined,
): Promise<TransactionSigner | undefined> {
  const file = keyFileOf(home, 'node')
  if (organisation === null || !existsSync(file)) return undefined
  const { key, sign } = await openSignerKey(file, passphrase)
  return { kind: 'member', subject: utf8(organisation), key, sign }
}
