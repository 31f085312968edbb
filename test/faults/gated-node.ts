/** A node in this process whose Postgres lies behind a gate, with the HTTP server in front of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeClient } from '../../api/client/index.ts'
import { createServer, type ServerOptions } from '../../api/http/index.ts'
import { protocols } from '../../api/protocols.ts'
import { Chain, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { CometbftEngine, type Engine, prepareIdentity, SoloEngine, type SoloOptions } from '../../src/engine/index.ts'
import { programOf } from '../../src/host/index.ts'
import { headerStoreOf, LedgerNode, makeOperation, signTransaction } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { type TestMember, testKey, testMember } from '../ledger/members.ts'
import { PostgresGate } from './postgres-gate.ts'

export type GatedNode = {
  readonly gate: PostgresGate
  /** The database, past the gate. */
  readonly direct: string
  readonly node: LedgerNode
  readonly chain: string
  readonly client: NodeClient
  readonly vendor: TestMember
  readonly regulator: TestMember
  readonly stranger: TestMember
  /** What the node said as it could not go on. */
  readonly failures: readonly unknown[]
  /** Every outage that began, and `undefined` for each that ended. */
  readonly outages: readonly unknown[]
  stop(): Promise<void>
}

/** A signed transaction that publishes one new certificate of the vendor. */
export async function publicationBy({ chain, vendor }: GatedNode, serial: string): Promise<Uint8Array> {
  const declared = programOf(protocols, 1).transactionType('pki', 'publish')
  if (declared === undefined) throw new TypeError('there is no pki/publish')
  const { certificate } = await testDevice(chain, vendor.id, serial)
  const operation = makeOperation('pki', 'publish', declared, [{ certificate }])
  return signTransaction(chain, [operation], [vendor.signer], BigInt(Date.now()) + validity)
}

/** Milliseconds that a transaction stays valid. */
const validity = 30n * 60_000n

export type GatedNodeOptions = {
  /** With the folder of a Unix socket as `host`. */
  readonly database: string
  readonly idleInterval?: number
  /** Path of CometBFT's program; otherwise the solo engine. */
  readonly cometbft?: string
  readonly server?: Partial<Omit<ServerOptions, 'node'>>
  readonly mempool?: SoloOptions['mempool']
  /** The node carries single certificates. */
  readonly carries?: boolean
}

export async function startGatedNode(options: GatedNodeOptions): Promise<GatedNode> {
  const { database, idleInterval = 100, cometbft, mempool } = options
  const gate = await PostgresGate.open(database)
  const folder = await mkdtemp(join(tmpdir(), 'commonroot-test-'))
  const own = testKey()
  const members = {
    vendor: testMember('vendor-a', ['vendor']),
    regulator: testMember('regulator', ['regulator']),
    stranger: testMember('vendor-bb', ['vendor']),
  }
  const key = cometbft === undefined ? own.key : (await prepareIdentity(folder)).validator
  const genesis: Genesis = {
    name: 'gated',
    time: BigInt(Date.now()) - 1000n,
    protocol: 1,
    members: Object.values(members).map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: [],
    validators: [{ key: ed25519Raw(key), power: 10n }],
  }
  const failures: unknown[] = []
  const outages: unknown[] = []
  const store = await openStore({ connection: gate.connection, chain: chainIdOf(genesis) })
  const chain = await Chain.open({
    genesis,
    store,
    protocols,
    onFault: (error) => failures.push(error),
    onOutage: (outage) => outages.push(outage?.error),
  })
  const engine: Engine =
    cometbft === undefined
      ? new SoloEngine({
          genesis: engineGenesis(genesis),
          validator: { key: own.key, sign: async (message) => own.sign(message) },
          signingState: join(folder, 'signing-state'),
          headers: headerStoreOf(chain),
          idleInterval,
          ...(mempool === undefined ? {} : { mempool }),
        })
      : new CometbftEngine({
          home: folder,
          binary: cometbft,
          genesis: engineGenesis(genesis),
          listen: '127.0.0.1:0',
          oneHost: true,
        })
  const node = await LedgerNode.start({ chain, engine, genesis, onFailure: (error) => failures.push(error) })
  const server = createServer({
    node,
    ...(options.carries === true ? { carrier: { ...members.vendor.signer, subject: utf8(members.vendor.id) } } : {}),
    ...options.server,
  })
  return {
    gate,
    direct: database,
    node,
    chain: chain.id,
    client: new NodeClient(await server.listen(0)),
    ...members,
    failures,
    outages,
    stop: async () => {
      const closed = server.close()
      await node.stop()
      await closed
      await gate.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
