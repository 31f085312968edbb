/** A whole ledger for tests: a real store, the solo engine, members whose keys live here. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { protocols as allProtocols } from '../../api/protocols.ts'
import { Chain, type ChainProtocols, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { CometbftEngine, type Engine, prepareIdentity, SoloEngine, type SoloKey } from '../../src/engine/index.ts'
import { programOf } from '../../src/host/index.ts'
import {
  type Committed,
  headerStoreOf,
  LedgerNode,
  makeOperation,
  signTransaction,
  stateQueries,
  type TransactionSigner,
} from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { type TestMember, testKey } from './members.ts'

export type TestLedger = {
  readonly node: LedgerNode
  readonly chain: Chain
  readonly genesis: Genesis
  readonly folder: string
  /** Signs one operation each with its module, type and body, and waits for the block. */
  submit(
    operations: readonly (readonly [module: string, type: string, body: unknown])[],
    signers: readonly TransactionSigner[],
  ): Promise<Committed>
  sign(
    operations: readonly (readonly [module: string, type: string, body: unknown])[],
    signers: readonly TransactionSigner[],
    changes?: { readonly chain?: string; readonly validUntil?: bigint },
  ): Promise<Uint8Array>
  /** Stops the node and starts another over the same store and folder. */
  restart(): Promise<TestLedger>
  stop(): Promise<void>
}

export type TestLedgerOptions = {
  readonly database: string
  readonly members: readonly TestMember[]
  readonly protocols?: ChainProtocols
  readonly parameters?: Genesis['parameters']
  readonly time?: bigint
  /** The protocol that the chain begins with. */
  readonly protocol?: number
  /** Real CometBFT with one validator, given the path of its program; otherwise the solo engine. */
  readonly cometbft?: string
  /** Milliseconds between blocks without work; of the solo engine only. */
  readonly idleInterval?: number
  /** The folder of archive files. */
  readonly archive?: string
}

export async function startTestLedger(options: TestLedgerOptions): Promise<TestLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'commonroot-test-'))
  const own = testKey()
  const solo: SoloKey = { key: own.key, sign: async (message) => own.sign(message) }
  const validator = options.cometbft === undefined ? own.key : (await prepareIdentity(folder)).validator
  const genesis: Genesis = {
    name: 'test',
    time: options.time ?? BigInt(Date.now()) - 1000n,
    protocol: options.protocol ?? 1,
    members: options.members.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: options.parameters ?? [],
    validators: [{ key: ed25519Raw(validator), power: 10n }],
  }
  return open(options, genesis, solo, folder)
}

async function open(
  options: TestLedgerOptions,
  genesis: Genesis,
  validator: SoloKey,
  folder: string,
): Promise<TestLedger> {
  const id = chainIdOf(genesis)
  const protocols = options.protocols ?? allProtocols
  const { archive } = options
  const store = await openStore({
    connection: options.database,
    chain: id,
    ...(archive === undefined ? {} : { archive }),
  })
  const failures: unknown[] = []
  const chain = await Chain.open({ genesis, store, protocols, onFault: (error) => failures.push(error) })
  const engine = makeEngine(options, genesis, validator, folder, chain)
  const node = await LedgerNode.start({ chain, engine, genesis, onFailure: (error) => failures.push(error) })
  const ledger: TestLedger = {
    node,
    chain,
    genesis,
    folder,
    sign: async (operations, signers, changes = {}) => {
      const program = programOf(protocols, (await chain.program()).protocol)
      const [first, ...others] = operations.map(([module, type, body]) => {
        const declared = program.transactionType(module, type)
        if (declared === undefined) throw new TypeError(`no operation ${module}/${type}`)
        return makeOperation(module, type, declared, body)
      })
      const validUntil = changes.validUntil ?? (chain.head?.time ?? 0n) + 600_000n
      return signTransaction(changes.chain ?? id, [first!, ...others], signers, validUntil)
    },
    submit: async (operations, signers) => node.submissions.submit(await ledger.sign(operations, signers)),
    restart: async () => {
      await node.stop()
      if (failures.length > 0) throw failures[0]
      return open(options, genesis, validator, folder)
    },
    stop: async () => {
      await node.stop()
      await rm(folder, { recursive: true, force: true })
      if (failures.length > 0) throw failures[0]
    },
  }
  return ledger
}

function makeEngine(
  { cometbft, idleInterval = 100 }: TestLedgerOptions,
  chainGenesis: Genesis,
  validator: SoloKey,
  folder: string,
  chain: Chain,
): Engine {
  const genesis = engineGenesis(chainGenesis)
  if (cometbft !== undefined) {
    const answerQuery = stateQueries(chain)
    return new CometbftEngine({
      home: folder,
      binary: cometbft,
      genesis,
      listen: '127.0.0.1:0',
      oneHost: true,
      answerQuery,
    })
  }
  const signingState = join(folder, 'signing-state')
  return new SoloEngine({ genesis, validator, signingState, headers: headerStoreOf(chain), idleInterval })
}
