/** Due work: what the chain does by itself, before a block's transactions, in the byte order of (time, handler, key). */
import { concat, decodeAs, uint64Bytes, utf8 } from '../codec/index.ts'
import { addressOf, recordAddress } from '../module/index.ts'
import { collectionPrefix, maximumKeyBytes, recordKey } from '../state/index.ts'
import { dueWork, dueWorkFailed, kernelName, migrationWork } from './collections.ts'
import { transactionError } from './errors.ts'
import type { Executor } from './execute.ts'
import { maximumDueWork, migrationRows } from './limits.ts'
import { WriteBudget } from './scope.ts'

/** Rows of the store in key order; `from` inclusive, `until` exclusive. */
export type Scan = (
  from: Uint8Array,
  until: Uint8Array,
  limit: number,
) => Promise<readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]>

type Work = ReturnType<typeof dueWork.decode>

/** Does what is due at the block's time, at most `maximumDueWork`; the rest stays visible in the queue. */
export async function runDueWork(executor: Executor, scan: Scan): Promise<void> {
  const prefix = collectionPrefix(kernelName, dueWork.name)
  const until = concat(prefix, uint64Bytes(executor.block.time + 1n))
  const rows = await scan(concat(prefix, uint64Bytes(0n)), until, maximumDueWork)
  for (const { value } of rows) {
    const work = await takeFromQueue(executor, dueWork.decode(value))
    if (work !== undefined) await runOne(executor, work, scan)
  }
}

const nowhere = { transaction: 0, operation: 0, item: 0 }

const kernel = { module: kernelName, transaction: undefined, signers: [] }

/** The work as it stands now: what ran before it in this block may have cancelled or moved it, or changed its payload. */
function takeFromQueue(executor: Executor, queued: Work): Promise<Work | undefined> {
  const key = dueWork.key(queued)
  return executor.run([recordAddress(dueWork, key)], kernel, nowhere, new WriteBudget(), (context) => {
    const work = context.get(dueWork, key)
    context.remove(dueWork, key)
    return work
  })
}

async function runOne(executor: Executor, work: Work, scan: Scan): Promise<void> {
  const mark = executor.draft.overlay.mark()
  try {
    if (work.module === kernelName && work.handler === migrationWork.name) await migrate(executor, work, scan)
    else await runHandler(executor, work)
  } catch (error) {
    executor.draft.overlay.undoTo(mark)
    const code = BigInt(executor.refusalNumber(error))
    const body = { module: work.module, handler: work.handler, key: work.key, code }
    // With a budget of its own: the work may have failed because it had used up the other.
    await executor.run([], kernel, nowhere, new WriteBudget(), (context) => context.emit(dueWorkFailed, body))
  }
}

async function runHandler(executor: Executor, work: Work): Promise<void> {
  const schedule = executor.program.schedule(work.module, work.handler)
  if (schedule === undefined) throw transactionError('unknown-type', { module: work.module, type: work.handler })
  const bound = schedule.bind(work.key, work.payload)
  const acting = { module: work.module, transaction: undefined, signers: [] }
  await executor.run(bound.reads(), acting, nowhere, new WriteBudget(), bound.apply)
}

/** Rewrites the next rows of a collection and puts itself in the queue again until there are none. */
async function migrate(executor: Executor, work: Work, scan: Scan): Promise<void> {
  const { module: name, after } = decodeAs(migrationWork.payload, work.payload)
  const migration = executor.program.module(name)?.migration
  if (migration === undefined) throw transactionError('unknown-type', { module: name, type: work.handler })
  const { collection, apply } = migration
  const prefix = collectionPrefix(collection.module, collection.name)
  const end = recordKey(collection.module, collection.name, new Uint8Array(maximumKeyBytes).fill(0xff))
  const rows = await scan(after.length === 0 ? prefix : concat(after, Uint8Array.of(0)), end, migrationRows)
  const acting = { module: name, transaction: undefined, signers: [] }
  for (const { key } of rows) {
    const address = addressOf('records', key)
    await executor.draft.overlay.load([address])
    const stored = executor.draft.overlay.get(address)
    if (stored === null) continue
    await executor.run([address], acting, nowhere, new WriteBudget(), (context) => apply(context, stored))
  }
  const last = rows.at(-1)
  if (last !== undefined && rows.length === migrationRows) await queueMigration(executor, name, last.key)
}

/** Puts a module's migration in the queue; `after` is the last key done, empty at the start. */
export async function queueMigration(executor: Executor, module: string, after: Uint8Array): Promise<void> {
  await executor.run([], kernel, nowhere, new WriteBudget(), (context) =>
    context.schedule(executor.block.time, migrationWork, utf8(module), { module, after }),
  )
}
