/** Nodes on the real engine, with snapshots: composed as an organisation would. */
import { protocols } from '../../api/protocols.ts'
import { Chain, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { CometbftEngine, type CometbftOptions, type Snapshots } from '../../src/engine/index.ts'
import { LedgerNode } from '../../src/node/index.ts'
import { type Refused, StateSync } from '../../src/snapshot/index.ts'
import { openStore } from '../../src/store/index.ts'

export type ConsortiumNode = {
  readonly chain: Chain
  readonly node: LedgerNode
  readonly engine: CometbftEngine
  readonly failures: readonly unknown[]
  readonly refused: readonly Refused[]
  stop(): Promise<void>
}

export type ConsortiumNodeOptions = Pick<
  CometbftOptions,
  'home' | 'binary' | 'listen' | 'peers' | 'stateSync' | 'lightGate'
> & {
  readonly genesis: Genesis
  readonly database: string
  /** The folder of its snapshots. */
  readonly snapshots: string
  /** Stands between the node's snapshots and its engine: for a node that lies. */
  readonly disguise?: (snapshots: Snapshots) => Snapshots
}

export async function startConsortiumNode(options: ConsortiumNodeOptions): Promise<ConsortiumNode> {
  const { genesis, database, snapshots, disguise, ...settings } = options
  const id = chainIdOf(genesis)
  const failures: unknown[] = []
  const refused: Refused[] = []
  const store = await openStore({ connection: database, chain: id })
  const chain = await Chain.open({ genesis, store, protocols, onFault: (error) => failures.push(error) })
  const sync = new StateSync({
    chain,
    connection: database,
    protocols,
    folder: snapshots,
    onRefused: (one) => refused.push(one),
  })
  chain.snapshots = disguise === undefined ? sync : disguise(sync)
  const engine = new CometbftEngine({ ...settings, genesis: engineGenesis(genesis), oneHost: true, idleInterval: 200 })
  const node = await LedgerNode.start({ chain, engine, genesis, onFailure: (error) => failures.push(error) })
  return {
    chain,
    node,
    engine,
    failures,
    refused,
    stop: async () => {
      await sync.stop()
      await node.stop()
    },
  }
}
