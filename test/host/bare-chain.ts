/** A chain without engine or database, driven block by block with raw transactions, as a Byzantine proposer would. */
import { protocols as shipped } from '../../api/protocols.ts'
import { Chain, type ChainProtocols, chainIdOf, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { fromHex, toHex, utf8 } from '../../src/codec/index.ts'
import { ed25519Raw, sha256 } from '../../src/crypto/index.ts'
import type { BlockInput, Misbehaviour } from '../../src/engine/index.ts'
import { decodeEvents, decodeResult, type StoredEvent, type TransactionResult } from '../../src/host/index.ts'
import { timestampFromMilliseconds, type Validator } from '../../src/light/index.ts'
import { makeOperation, signTransaction, type TransactionSigner } from '../../src/node/index.ts'
import { collectionPrefix } from '../../src/state/index.ts'
import { type TestMember, testKey } from '../ledger/members.ts'
import { type MemoryStore, memoryStore } from './memory-store.ts'

export type NamedOperation = readonly [module: string, type: string, body: unknown]

export type Block = {
  readonly results: readonly TransactionResult[]
  readonly events: readonly StoredEvent[]
  readonly root: Uint8Array
  readonly appVersion: bigint | undefined
  readonly validatorUpdates: readonly Validator[]
}

export type BareChain = {
  readonly chain: Chain
  readonly store: MemoryStore
  readonly genesis: Genesis
  /** What `onFault` was told. */
  readonly faults: unknown[]
  /** Block time of the next block, in milliseconds; a block adds a second. */
  time: bigint
  sign(
    operations: readonly NamedOperation[],
    signers: readonly TransactionSigner[],
    changes?: { readonly chain?: string; readonly validUntil?: bigint },
  ): Promise<Uint8Array>
  /** Executes and commits one block of raw transactions. */
  block(
    transactions: readonly Uint8Array[],
    misbehaviour?: readonly Misbehaviour[],
    votedLast?: BlockInput['votedLast'],
  ): Promise<Block>
  /** Signs, executes in a block of its own, and gives the one result. */
  run(operations: readonly NamedOperation[], signers: readonly TransactionSigner[]): Promise<TransactionResult>
  /** Everything in the state but what each block adds by itself: the ids of recent transactions. */
  state(): string
}

export const start = 1_800_000_000_000n

export function bareGenesis(
  members: readonly TestMember[],
  parameters: Genesis['parameters'] = [],
  changes: Partial<Genesis> = {},
): Genesis {
  return {
    name: 'bare',
    time: start,
    protocol: 1,
    members: members.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters,
    validators: [{ key: ed25519Raw(testKey().key), power: 10n }],
    ...changes,
  }
}

export async function bareChain(options: {
  readonly genesis: Genesis
  readonly protocols?: ChainProtocols
}): Promise<BareChain> {
  const { genesis, protocols = shipped } = options
  const store = memoryStore()
  const faults: unknown[] = []
  const chain = await Chain.open({ genesis, store, protocols, onFault: (error) => faults.push(error) })
  await chain.initChain(engineGenesis(genesis))
  const bare: BareChain = {
    chain,
    store,
    genesis,
    faults,
    time: start + 1000n,
    sign: async (operations, signers, changes = {}) => {
      const program = await chain.program()
      const [first, ...others] = operations.map(([module, type, body]) => {
        const declared = program.transactionType(module, type)
        if (declared === undefined) throw new TypeError(`no operation ${module}/${type}`)
        return makeOperation(module, type, declared, body)
      })
      const { chain: named = chainIdOf(genesis), validUntil = bare.time + 600_000n } = changes
      return signTransaction(named, [first!, ...others], signers, validUntil)
    },
    block: async (transactions, misbehaviour = [], votedLast = []) => {
      const height = (chain.head?.height ?? 0n) + 1n
      const output = await chain.finalizeBlock({
        height,
        hash: sha256(utf8(`block ${height}`)),
        time: timestampFromMilliseconds(bare.time),
        transactions,
        proposer: new Uint8Array(20),
        misbehaviour,
        votedLast,
      })
      await chain.commit()
      bare.time += 1000n
      const stored = await store.block(height)
      return {
        results: output.results.map(({ data }) => decodeResult(data)),
        events: decodeEvents(stored!.events),
        root: output.appHash,
        appVersion: output.appVersion,
        validatorUpdates: output.validatorUpdates,
      }
    },
    run: async (operations, signers) => {
      const { results } = await bare.block([await bare.sign(operations, signers)])
      return results[0]!
    },
    state: () => {
      const recent = toHex(collectionPrefix('kernel', 'recent-transactions'))
      const records = [...store.rows('records')].filter(([key]) => !key.startsWith(recent))
      const rows = [...records, ...store.rows('indexes')].map(([key, value]) => `${key}=${toHex(value)}`)
      return toHex(sha256(utf8(rows.sort().join('\n'))))
    },
  }
  return bare
}

/** The keys of all records of a collection, without their prefix. */
export function recordKeys({ store }: BareChain, module: string, collection: string): readonly Uint8Array[] {
  const prefix = toHex(collectionPrefix(module, collection))
  const keys = [...store.rows('records').keys()].filter((key) => key.startsWith(prefix)).sort()
  return keys.map((key) => fromHex(key.slice(prefix.length)))
}
