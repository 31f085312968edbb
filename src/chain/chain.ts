/** The chain: genesis, modules and state behind the Application port that either engine drives. */
import { equalBytes, toHex } from '../codec/index.ts'
import type { Application, BlockInput, BlockOutput, BlockWork, GenesisInput } from '../engine/port.ts'
import {
  beginBlock,
  beginBlockReads,
  governanceName,
  type ProtocolState,
  protocolAt,
  protocolState,
} from '../governance/index.ts'
import {
  asModule,
  type BlockFacts,
  type ExecutedBlock,
  type Executor,
  encodeEvents,
  encodeResult,
  encodeResults,
  executeBlock,
  Preparer,
  type Program,
  programOf,
  queueMigration,
  type StateReader,
} from '../host/index.ts'
import { timestampToMilliseconds } from '../light/index.ts'
import { recordAddress } from '../module/index.ts'
import type { BlockWrite, Head, Store } from '../store/index.ts'
import { admit, prepareProposal, processProposal } from './admission.ts'
import { decodeBlock, encodeBlock } from './archive.ts'
import { isSameHead, requireHead, writeBlockOnce } from './block-writing.ts'
import { changedValidators } from './changed-validators.ts'
import { chainError } from './errors.ts'
import { chainIdOf, type Genesis } from './genesis.ts'
import { executeGenesis } from './genesis-block.ts'
import { PageCache } from './page-cache.ts'
import { takePauses } from './pauses.ts'
import { type StateBefore, stateAfter } from './pending-state.ts'
import { type ChainProtocols, requireVectors } from './protocols.ts'
import { isOutage, type Outage, Recovery } from './recovery.ts'
import { StateView } from './state-view.ts'
import { updateTrees } from './trees.ts'

const only = new Uint8Array(0)

/** A block that is durable, with what it did. */
export type CommittedBlock = { readonly height: bigint; readonly time: bigint; readonly executed: ExecutedBlock }

export type ChainOptions = {
  readonly genesis: Genesis
  readonly store: Store
  readonly protocols: ChainProtocols
  /** A rule failed in a way that is no refusal: a defect that somebody should hear of. */
  readonly onFault?: (error: unknown) => void
  /** The store does not answer, and blocks wait for it; undefined: it answers again. */
  readonly onOutage?: (outage: Outage | undefined) => void
}

/** What executing a block gives. */
type Execution = {
  readonly program: Program
  readonly executed: ExecutedBlock
  readonly root: Uint8Array
  readonly pages: BlockWrite['pages']
}

type Pending = Omit<Execution, 'root' | 'pages'> & {
  readonly write: BlockWrite
  readonly transactions: readonly Uint8Array[]
}

/** A block that is executed before its turn, over the block `before` it. */
type Anticipated = { readonly before: Head; readonly work: BlockWork; readonly execution: Promise<Execution> }

export class Chain implements Application {
  readonly id: string
  readonly store: Store
  readonly preparer = new Preparer()
  /** What the engine asks for waits here while the store is away. */
  readonly recovery: Recovery
  /** Whoever keeps snapshots of this chain says so here, before an engine starts. */
  snapshots: Application['snapshots']
  readonly #genesis: Genesis
  readonly #protocols: ChainProtocols
  readonly #onFault: (error: unknown) => void
  readonly #pages: PageCache
  readonly #listeners = new Set<(block: CommittedBlock) => void>()
  #head: Head | undefined
  #protocol: ProtocolState | undefined
  #pending: Pending | undefined
  #anticipated: Anticipated | undefined

  private constructor(options: ChainOptions, head: Head | undefined) {
    this.id = chainIdOf(options.genesis)
    this.#genesis = options.genesis
    this.store = options.store
    this.recovery = new Recovery(options.onOutage)
    this.#pages = new PageCache((keys) => options.store.read('pages', keys))
    this.#protocols = options.protocols
    this.#onFault = options.onFault ?? (() => undefined)
    this.#head = head
  }

  /** Opens the chain over its store. @throws chain.vectors-differ and crypto.vectors-differ on a machine that may not take part */
  static async open(options: ChainOptions): Promise<Chain> {
    const chain = new Chain(options, await options.store.head())
    const started = chain.#head !== undefined
    requireVectors(options.protocols, started ? (await chain.program()).protocol : options.genesis.protocol)
    return chain
  }

  /** What is stored; undefined before the genesis. */
  get head(): Head | undefined {
    return this.#head
  }

  /** Takes over the state that somebody has put into the store: a snapshot. @throws chain.vectors-differ, crypto.vectors-differ */
  async adopt(): Promise<void> {
    this.store.forget()
    this.#head = await this.store.head()
    this.#protocol = undefined
    this.#anticipated = undefined
    this.#pages.forget()
    requireVectors(this.#protocols, (await this.program()).protocol)
  }

  /** Called after each commit, in order of height. @returns the function that ends it */
  onCommit(listener: (block: CommittedBlock) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The state at the head or at a height that the store still has. The caller closes it. */
  async view(at: 'head' | bigint): Promise<StateView> {
    return new StateView(await this.store.view(at))
  }

  /** The program in force for the block at `height`, by default the one after the head. */
  async program(height: bigint = (this.#head?.height ?? 0n) + 1n): Promise<Program> {
    return programOf(this.#protocols, protocolAt(await this.#protocolRecord(), height))
  }

  /** Every transaction asks for it, so it is kept; `commit` says when it has changed. */
  async #protocolRecord(): Promise<ProtocolState> {
    if (this.#protocol !== undefined) return this.#protocol
    const head = this.#head
    const { key, id } = recordAddress(protocolState, only)
    const stored = (await this.store.read('records', [key])).get(id)
    if (stored === undefined) throw chainError('genesis', { reason: 'it has not been executed' })
    const found = protocolState.decode(stored)
    // A block that was committed meanwhile may have changed it.
    if (this.#head === head) this.#protocol = found
    return found
  }

  /** The facts of the block after the head, as far as they are known before it. */
  blockFacts(protocol: number): BlockFacts {
    const { height = 0n, time = 0n } = this.#head ?? {}
    return { chain: this.id, height: height + 1n, time, protocol }
  }

  async info(): Promise<{ height: bigint; appHash: Uint8Array; appVersion: bigint }> {
    if (this.#head === undefined || this.#head.height === 0n) {
      const appVersion = BigInt(this.#genesis.protocol)
      return { height: 0n, appHash: this.#head?.root ?? new Uint8Array(0), appVersion }
    }
    const { height, root } = this.#head
    const { protocol } = await this.recovery.persist(() => this.program(height))
    return { height, appHash: root, appVersion: BigInt(protocol) }
  }

  async initChain(input: GenesisInput) {
    const write = await executeGenesis(this.id, this.#protocols, input)
    if (this.#head === undefined) await writeBlockOnce(this.store, this.recovery, write, undefined)
    else if (this.#head.height !== 0n || toHex(this.#head.root) !== toHex(write.root)) {
      throw chainError('other-genesis', { stored: this.id, given: input.chainId })
    }
    this.#head = write
    return { appHash: write.root, validators: input.validators }
  }

  /** Whoever submits hears at once that the store is away; what waits for its block already stays. */
  async admit(transaction: Uint8Array, from: Parameters<Application['admit']>[1]): ReturnType<Application['admit']> {
    if (from === 'recheck') return this.recovery.persist(() => admit(this, transaction))
    try {
      return await admit(this, transaction)
    } catch (error) {
      if (!isOutage(error)) throw error
      return { accepted: false, refusal: error }
    }
  }

  prepareProposal: Application['prepareProposal'] = (input) => {
    const finalised = new Set(this.#pending?.executed.executed.map(({ id }) => toHex(id)))
    return this.recovery.persist(() => prepareProposal(this, input, finalised))
  }
  processProposal: Application['processProposal'] = (input) => processProposal(this, input.transactions)

  /** Only where nothing else decides what the next block does: a block that switches the protocol is waited for. */
  anticipate(work: BlockWork): void {
    const pending = this.#pending
    if (pending !== undefined && changedProtocol(pending.executed) !== undefined) return
    const before = pending?.write ?? this.#head
    if (before === undefined || work.height !== before.height + 1n) return
    const execution = this.#execute(work, pending === undefined ? this.#stored : stateAfter(pending, this.#stored))
    // Whoever finalises the block executes it then, and meets what is wrong.
    execution.catch(() => undefined)
    this.#anticipated = { before, work, execution }
  }

  /** Waits for a store that is away, and then executes the block from its beginning. @throws chain.overtaken */
  finalizeBlock(input: BlockInput): Promise<BlockOutput> {
    const anticipated = this.#takeAnticipated(input)
    return this.recovery.persist(async (isRepeated) => {
      if (isRepeated) requireHead(await this.store.head(), this.#head)
      const head = this.#head
      if (head === undefined || input.height !== head.height + 1n) {
        throw chainError('not-next-block', { height: input.height, head: head?.height ?? -1n })
      }
      const execution = (await anticipated) ?? (await this.#execute(input, this.#stored))
      return this.#finalise(input, execution)
    })
  }

  /** Undefined when nothing fits: another block came before it, or this is another block. */
  async #takeAnticipated(input: BlockInput): Promise<Execution | undefined> {
    const anticipated = this.#anticipated
    this.#anticipated = undefined
    if (anticipated === undefined || this.#head === undefined) return undefined
    if (!isSameHead(anticipated.before, this.#head) || !isSameWork(anticipated.work, input)) return undefined
    return anticipated.execution.catch(() => undefined)
  }

  async #execute(work: BlockWork, before: StateBefore): Promise<Execution> {
    const program = await this.program(work.height)
    const facts: BlockFacts = {
      chain: this.id,
      height: work.height,
      time: timestampToMilliseconds(work.time),
      protocol: program.protocol,
    }
    const turn = takePauses()
    const executed = await executeBlock(facts, program, before.rows, this.preparer, work.transactions, {
      onFault: this.#onFault,
      turn,
      before: (executor) => this.#beginBlock(executor, work),
    })
    return { program, executed, ...(await updateTrees(before.pages, executed.records, turn)) }
  }

  async #finalise(input: BlockInput, { program, executed, root, pages }: Execution): Promise<BlockOutput> {
    const { transactions } = input
    const write = blockWrite(input, timestampToMilliseconds(input.time), root, executed, pages)
    this.#pending = { executed, transactions, program, write }
    const results = executed.results.map((result) => ({ code: result.code, data: encodeResult(result) }))
    const next = await this.#protocolAfter(executed, input.height)
    const appVersion = next === program.protocol ? {} : { appVersion: BigInt(next) }
    return { appHash: root, results, validatorUpdates: changedValidators(executed), ...appVersion }
  }

  /** Waits for a store that is away; the block is then there once. @throws chain.overtaken */
  async commit(): Promise<{ retainHeight: bigint }> {
    if (this.#pending === undefined) throw chainError('nothing-to-commit')
    const { write, executed, transactions, program } = this.#pending
    await writeBlockOnce(this.store, this.recovery, write, this.#head)
    this.#pages.apply(write.pages)
    this.preparer.forget(transactions, program)
    this.#pending = undefined
    this.#head = { height: write.height, time: write.time, root: write.root }
    this.#protocol = changedProtocol(executed) ?? this.#protocol
    for (const listener of this.#listeners) listener({ height: write.height, time: write.time, executed })
    return { retainHeight: 0n }
  }

  /** What rules read: the state at the head. */
  readonly stateReader: StateReader = {
    fetch: (table, keys) => this.store.read(table, [...keys.values()]),
    scan: (from, until, limit) => this.store.scan(from, until, limit),
    executedAmong: async (ids) => new Set((await this.store.transactions(ids)).keys()),
  }

  readonly #stored: StateBefore = { rows: this.stateReader, pages: (keys) => this.#pages.read(keys) }

  /** The protocol of the next block: its header names it, so the engine is told one block ahead. */
  async #protocolAfter(executed: ExecutedBlock, height: bigint): Promise<number> {
    const changed = changedProtocol(executed)
    return changed === undefined ? (await this.program(height + 1n)).protocol : protocolAt(changed, height + 1n)
  }

  /** The chain's own work: a protocol that begins, a step of the validators, and evidence against them. */
  async #beginBlock(executor: Executor, { misbehaviour, votedLast }: BlockWork): Promise<void> {
    const previous = await asModule(executor, governanceName, beginBlockReads, (context) =>
      beginBlock(context, votedLast),
    )
    if (previous !== undefined) await this.#migrate(executor, programOf(this.#protocols, previous))
    for (const evidence of misbehaviour) {
      for (const { name, onMisbehaviour } of executor.program.modules) {
        if (onMisbehaviour === undefined) continue
        try {
          await asModule(executor, name, [], (context) => onMisbehaviour(context, evidence))
        } catch (error) {
          // What the module did is undone. Evidence must not become a way to stop the chain.
          executor.refusalNumber(error)
        }
      }
    }
  }

  async #migrate(executor: Executor, previous: Program): Promise<void> {
    requireVectors(this.#protocols, executor.program.protocol)
    for (const { name, version, migration } of executor.program.modules) {
      if (migration === undefined || previous.module(name)?.version === version) continue
      await queueMigration(executor, name, new Uint8Array(0))
    }
  }
}

function isSameWork(a: BlockWork, b: BlockWork): boolean {
  return (
    a.height === b.height &&
    timestampToMilliseconds(a.time) === timestampToMilliseconds(b.time) &&
    a.misbehaviour.length === 0 &&
    b.misbehaviour.length === 0 &&
    isSameVoting(a.votedLast, b.votedLast) &&
    a.transactions.length === b.transactions.length &&
    a.transactions.every((bytes, index) => equalBytes(bytes, b.transactions[index] ?? only))
  )
}

/** Validators change by who voted, whoever else did. */
function isSameVoting(a: BlockWork['votedLast'], b: BlockWork['votedLast']): boolean {
  const shown = (votes: BlockWork['votedLast']) =>
    votes.map(({ validator, signed }) => `${toHex(validator)} ${signed}`).join()
  return shown(a) === shown(b)
}

/** The protocol record that a block wrote, if it did. */
function changedProtocol({ records }: ExecutedBlock): ProtocolState | undefined {
  const { key } = recordAddress(protocolState, only)
  const after = records.find((change) => equalBytes(change.key, key))?.after
  return after === undefined || after === null ? undefined : protocolState.decode(after)
}

function blockWrite(
  input: BlockInput,
  time: bigint,
  root: Uint8Array,
  executed: ExecutedBlock,
  pages: BlockWrite['pages'],
): BlockWrite {
  const block = encodeBlock(input)
  const { transactions } = decodeBlock(block)
  return {
    height: input.height,
    time,
    root,
    block,
    results: encodeResults(executed.results),
    events: encodeEvents(executed.events),
    records: executed.records,
    indexes: executed.indexes,
    pages,
    blobs: executed.blobs.map(({ digest, transaction, offset, length }) => ({
      digest,
      offset: transactions[transaction]!.byteOffset - block.byteOffset + offset,
      length,
    })),
    transactions: executed.executed,
  }
}
