/** A chain driven block by block without an engine: for recording, replaying, and playing a Byzantine proposer. */
import { protocols as shipped } from '../../api/protocols.ts'
import { Chain, type ChainProtocols, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { ed25519Raw, sha256 } from '../../src/crypto/index.ts'
import { decodeResult, programOf, type TransactionResult } from '../../src/host/index.ts'
import { timestampFromMilliseconds } from '../../src/light/index.ts'
import { makeOperation, signTransaction, type TransactionSigner } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { type TestMember, testKey } from './members.ts'

export type NamedOperation = readonly [module: string, type: string, body: unknown]

export type DrivenChain = {
  readonly chain: Chain
  readonly genesis: Genesis
  /** Block time of the next block, in milliseconds; each block adds a second. */
  time: bigint
  sign(operations: readonly NamedOperation[], signers: readonly TransactionSigner[]): Promise<Uint8Array>
  /** Executes and commits one block of raw transactions. */
  block(...transactions: readonly Uint8Array[]): Promise<readonly TransactionResult[]>
  close(): Promise<void>
}

export const drivenStart = 1_800_000_000_000n
const blockInterval = 1000n

export async function driveChain(options: {
  readonly database: string
  readonly members: readonly TestMember[]
  readonly protocols?: ChainProtocols
  readonly parameters?: Genesis['parameters']
}): Promise<DrivenChain> {
  const genesis: Genesis = {
    name: 'driven',
    time: drivenStart,
    protocol: 1,
    members: options.members.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: options.parameters ?? [],
    validators: [{ key: ed25519Raw(testKey().key), power: 10n }],
  }
  const protocols = options.protocols ?? shipped
  const store = await openStore({ connection: options.database, chain: chainIdOf(genesis) })
  const chain = await Chain.open({ genesis, store, protocols })
  await chain.initChain(engineGenesis(genesis))
  const driven: DrivenChain = {
    chain,
    genesis,
    time: drivenStart + blockInterval,
    sign: async (operations, signers) => {
      const program = programOf(protocols, (await chain.program()).protocol)
      const [first, ...others] = operations.map(([module, type, body]) => {
        const declared = program.transactionType(module, type)
        if (declared === undefined) throw new TypeError(`no operation ${module}/${type}`)
        return makeOperation(module, type, declared, body)
      })
      return signTransaction(chain.id, [first!, ...others], signers, driven.time + 600_000n)
    },
    block: async (...transactions) => {
      const height = (chain.head?.height ?? 0n) + 1n
      const { results } = await chain.finalizeBlock({
        height,
        hash: sha256(new TextEncoder().encode(`block ${height}`)),
        time: timestampFromMilliseconds(driven.time),
        transactions,
        proposer: new Uint8Array(20),
        misbehaviour: [],
        votedLast: [],
      })
      await chain.commit()
      driven.time += blockInterval
      return results.map(({ data }) => decodeResult(data))
    },
    close: () => store.close(),
  }
  return driven
}
