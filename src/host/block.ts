/** One block from end to end, without anything durable: due work, transactions, counters, recent ids. */
import { compareBytes, concat, toHex, uint64Bytes } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type Address, addressOf, type Context, type Principal, recordAddress } from '../module/index.ts'
import { collectionPrefix, counterValue, readCounterValue, type TreeName } from '../state/index.ts'
import { kernelName, recentTransactions } from './collections.ts'
import { Draft, type KeptBlob } from './draft.ts'
import { runDueWork, type Scan } from './due.ts'
import { transactionError } from './errors.ts'
import { Executor, type OnFault } from './execute.ts'
import { maximumForgotten } from './limits.ts'
import type { Fetch } from './overlay.ts'
import type { PreparedTransaction, Preparer } from './prepare.ts'
import type { Program } from './program.ts'
import type { StoredEvent, TransactionResult } from './result.ts'
import { type BlockFacts, WriteBudget } from './scope.ts'

/** What the host reads while it executes a block: the state after the block before it. */
export type StateReader = {
  readonly fetch: Fetch
  readonly scan: Scan
  /** Which of the transactions were executed in an earlier block, by hexadecimal id. */
  readonly executedAmong: (ids: readonly Uint8Array[]) => Promise<ReadonlySet<string>>
}

export type RecordChange = {
  readonly tree: TreeName
  /** The key as text. */
  readonly id: string
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
}

export type BlobSlice = {
  readonly digest: Uint8Array
  readonly transaction: number
  readonly offset: number
  readonly length: number
}

export type ExecutedBlock = {
  readonly results: readonly TransactionResult[]
  readonly events: readonly StoredEvent[]
  readonly records: readonly RecordChange[]
  readonly indexes: readonly Omit<RecordChange, 'tree'>[]
  /** Kept bytes: their digest, and the slice of which transaction they are (counted from 0). */
  readonly blobs: readonly BlobSlice[]
  /** The id of each transaction in its place; undefined where it could not be read. */
  readonly ids: readonly (Uint8Array | undefined)[]
  /** Ids that are used up, with the place of their transaction. */
  readonly executed: readonly { readonly id: Uint8Array; readonly position: number }[]
}

/** Hooks with which the chain does its own work in the block. */
export type BlockHooks = {
  readonly before?: (executor: Executor) => Promise<void>
  /** Asked often, and waited for when it gives a promise, so that a large block does not keep all others waiting. */
  readonly turn?: () => Promise<void> | undefined
  readonly onFault: OnFault
}

/** Executes a block. `transactions` are raw: what can't be read gets a result too, since the engine has ordered it. */
export async function executeBlock(
  block: BlockFacts,
  program: Program,
  state: StateReader,
  preparer: Preparer,
  transactions: readonly Uint8Array[],
  hooks: BlockHooks,
): Promise<ExecutedBlock> {
  const draft = new Draft(state.fetch)
  const executor = new Executor(block, draft, program, hooks.onFault, hooks.turn)
  const prepared = await Promise.all(transactions.map((bytes) => prepareOrRefuse(preparer, bytes, program)))
  // All items are verified on all cores while the block is executed in order.
  for (const transaction of prepared) if (!(transaction instanceof CommonrootError)) void startChecks(transaction)
  await hooks.before?.(executor)
  await runDueWork(executor, state.scan)
  await prefetch(executor, prepared)
  const earlier = await state.executedAmong(
    prepared.flatMap((transaction) => (transaction instanceof CommonrootError ? [] : [transaction.id])),
  )

  const results: TransactionResult[] = []
  const executed: { id: Uint8Array; position: number }[] = []
  const ids = new Set<string>()
  let latest = 0n
  for (const [position, transaction] of prepared.entries()) {
    if (transaction instanceof CommonrootError) {
      results.push({ code: transaction.number, operations: [] })
      continue
    }
    const { id } = transaction
    const before = ids.has(toHex(id)) || earlier.has(toHex(id))
    const { result, recorded } = await executor.transaction(transaction, position, before)
    results.push(result)
    if (!recorded) continue
    ids.add(toHex(id))
    executed.push({ id, position })
    const { validUntil } = transaction.signed.transaction
    if (validUntil > latest) latest = validUntil
  }
  if (executed.length > 0)
    await rememberIds(
      executor,
      state.scan,
      executed.map(({ id }) => id),
      latest,
    )
  await foldCounters(draft)
  return finish(draft, prepared, results, executed)
}

/** Runs a rule of the chain itself in a block, as a module's due work would. */
export function asModule<Result>(
  executor: Executor,
  module: string,
  reads: Iterable<Address>,
  rule: (context: Context) => Result,
): Promise<Result> {
  const acting = { module, transaction: undefined, signers: [] }
  const position = { transaction: 0, operation: 0, item: 0 }
  return executor.run(reads, acting, position, new WriteBudget(), rule)
}

/** Who signs, judged by the present state, outside any block: for admission. @throws what the owners of the kinds refuse */
export async function resolveSigners(
  block: BlockFacts,
  program: Program,
  state: StateReader,
  prepared: PreparedTransaction,
): Promise<readonly Principal[]> {
  const executor = new Executor(block, new Draft(state.fetch), program, () => undefined)
  return executor.signers(prepared, { transaction: 0, operation: 0, item: 0 }, new WriteBudget())
}

async function prepareOrRefuse(
  preparer: Preparer,
  bytes: Uint8Array,
  program: Program,
): Promise<PreparedTransaction | CommonrootError> {
  try {
    return await preparer.prepare(bytes, program)
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.status >= 500) throw error
    return transactionError('malformed', {}, error)
  }
}

/** The executor awaits the same promise, and meets its failure there. */
async function startChecks({ itemChecks }: PreparedTransaction): Promise<void> {
  await itemChecks().catch(() => undefined)
}

/** Fetches what the whole block declares, so that execution rarely waits. What it guesses wrong is fetched later. */
async function prefetch(
  executor: Executor,
  prepared: readonly (PreparedTransaction | CommonrootError)[],
): Promise<void> {
  const addresses: Address[] = []
  const nowhere = { transaction: 0, operation: 0, item: 0 }
  for (const transaction of prepared) {
    if (transaction instanceof CommonrootError) continue
    try {
      const signers = await executor.signers(transaction, nowhere, new WriteBudget())
      for (const { bound } of transaction.operations) {
        for (const item of bound?.items ?? []) addresses.push(...item.reads(signers))
      }
    } catch (error) {
      executor.refusalNumber(error)
    }
  }
  await executor.draft.overlay.load(addresses)
}

/** One leaf for the block's ids; leaves whose transactions have all run out of time are dropped whole. */
async function rememberIds(
  executor: Executor,
  scan: Scan,
  ids: readonly Uint8Array[],
  validUntil: bigint,
): Promise<void> {
  const { height, time } = executor.block
  const prefix = collectionPrefix(kernelName, recentTransactions.name)
  const rows = await scan(concat(prefix, uint64Bytes(0n)), concat(prefix, uint64Bytes(height)), maximumForgotten)
  const remembered = rows.map((row) => recentTransactions.decode(row.value))
  const digest = sha256(concat(...[...ids].sort(compareBytes)))
  const addresses = remembered.map((recent) => recordAddress(recentTransactions, recentTransactions.key(recent)))
  await asModule(executor, kernelName, addresses, (context) => {
    for (const recent of remembered) {
      if (recent.validUntil < time) context.remove(recentTransactions, recentTransactions.key(recent))
    }
    context.put(recentTransactions, { height, ids: digest, validUntil })
  })
}

async function foldCounters(draft: Draft): Promise<void> {
  const sums = new Map<string, { key: Uint8Array; tree: TreeName; delta: bigint }>()
  for (const { key, tree, delta } of draft.counters) {
    const id = toHex(key)
    const sum = sums.get(id)
    if (sum === undefined) sums.set(id, { key, tree, delta: BigInt(delta) })
    else sum.delta += BigInt(delta)
  }
  const addresses = [...sums.values()].map(({ key }) => addressOf('records', key))
  await draft.overlay.load(addresses)
  for (const { key, tree, delta } of sums.values()) {
    if (delta === 0n) continue
    const address = addressOf('records', key)
    const count = readCounterValue(draft.overlay.get(address)) + delta
    draft.overlay.set(address, count === 0n ? null : counterValue(count), tree)
  }
}

function finish(
  draft: Draft,
  prepared: readonly (PreparedTransaction | CommonrootError)[],
  results: readonly TransactionResult[],
  executed: ExecutedBlock['executed'],
): ExecutedBlock {
  return {
    results,
    executed,
    ids: prepared.map((transaction) => (transaction instanceof CommonrootError ? undefined : transaction.id)),
    events: draft.events,
    blobs: draft.blobs.map((kept) => sliceOf(kept, prepared[kept.transaction - 1])),
    indexes: draft.overlay.changes('indexes'),
    records: draft.overlay.changes('records').map(({ tree, ...change }) => {
      if (tree === undefined) throw new TypeError('a record changed that no collection wrote')
      return { ...change, tree }
    }),
  }
}

/** Kept bytes are stored once, as a slice of the archived block: so they must be a view of their transaction. */
function sliceOf(
  { digest, bytes, transaction }: KeptBlob,
  holder: PreparedTransaction | CommonrootError | undefined,
): BlobSlice {
  const whole = holder instanceof CommonrootError ? undefined : holder?.bytes
  const offset = bytes.byteOffset - (whole?.byteOffset ?? 0)
  if (whole === undefined || bytes.buffer !== whole.buffer || offset < 0 || offset + bytes.length > whole.length) {
    throw new TypeError('kept bytes are not a view of their transaction')
  }
  return { digest, transaction: transaction - 1, offset, length: bytes.length }
}
