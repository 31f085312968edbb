/** A supervised node over a Postgres of its own, with the folder that outlives both, and what a test clears away. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeClient } from '../../api/client/index.ts'
import { chainIdOf, type Genesis } from '../../src/chain/index.ts'
import { prepareIdentity } from '../../src/engine/index.ts'
import { type TestMember, testMember } from '../ledger/members.ts'
import { archiveOf, backgroundWord } from './background-work.ts'
import { cometbftHomeOf } from './node-engine.ts'
import { PostgresServer } from './postgres-server.ts'
import { makeSetting } from './setting.ts'
import { SupervisedNode, type Supervision } from './supervised-node.ts'

export type Scene = {
  readonly folder: string
  readonly genesis: Genesis
  readonly chain: string
  readonly vendor: TestMember
  readonly stranger: TestMember
  readonly regulator: TestMember
  readonly postgres: PostgresServer
  readonly node: SupervisedNode
  /** The folder of its archive, for a node that prunes in the background. */
  readonly archive: string | undefined
  /** Whether it runs on CometBFT, not solo. */
  readonly onCometbft: boolean
  /** A trust file of the first moments: what is proven later follows from it. */
  readonly trust: Uint8Array
  /** Ends both processes and removes every file. */
  discard(): Promise<void>
}

/** Milliseconds between blocks of an idle chain: often enough that kills hit idle blocks too. */
const defaultIdleInterval = 200

export type SceneOptions = {
  readonly idleInterval?: number
  /** The path of CometBFT's program, for a node that runs on it. */
  readonly cometbft?: string
  /** Whether search rows follow the blocks and old ones are archived meanwhile. */
  readonly inBackground?: boolean
  /** An empty folder on which Postgres keeps its data, instead of one that is made for it. */
  readonly data?: string
  /** The node's folder, instead of one that is made for it. */
  readonly folder?: string
  /** Called before the first start with what there is by then. */
  readonly supervise?: (setting: Pick<Scene, 'folder' | 'genesis' | 'postgres'>) => Supervision
}

export async function openScene({
  idleInterval = defaultIdleInterval,
  cometbft,
  inBackground = false,
  data,
  folder: given,
  supervise = () => ({}),
}: SceneOptions = {}): Promise<Scene> {
  const vendor = testMember('vendor-a', ['vendor'])
  const stranger = testMember('vendor-bb', ['vendor'])
  const regulator = testMember('regulator', ['regulator'])
  const postgres = await PostgresServer.start(data)
  const folder = given ?? join(postgres.folder, 'node')
  mkdirSync(folder, { recursive: true })
  const identity = cometbft === undefined ? undefined : await prepareIdentity(cometbftHomeOf(folder))
  const genesis = makeSetting(folder, [vendor, stranger, regulator], identity?.validator)
  const node = new SupervisedNode(folder, postgres.connection, idleInterval, {
    words: [...(inBackground ? [backgroundWord] : []), ...(cometbft === undefined ? [] : [cometbft])],
    ...supervise({ folder, genesis, postgres }),
  })
  const discard = async () => {
    await node.discard()
    await postgres.discard()
  }
  try {
    const trust = await firstTrust(node)
    const members = { vendor, stranger, regulator }
    const onCometbft = cometbft !== undefined
    const archive = inBackground ? archiveOf(folder) : undefined
    return {
      folder,
      genesis,
      chain: chainIdOf(genesis),
      ...members,
      postgres,
      node,
      archive,
      onCometbft,
      trust,
      discard,
    }
  } catch (error) {
    await discard()
    throw error
  }
}

/** A node that has just started may have no signed header yet. */
async function firstTrust(node: SupervisedNode): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await new NodeClient(await node.url()).trust()
    } catch (error) {
      if (attempt === 10) throw error
      await sleep(100)
    }
  }
}
