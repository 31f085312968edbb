/** The data folder: made, marked, locked, and removed only when it is ours. */
import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommonrootError } from '../../src/errors/index.ts'
import { discardEmbeddedPostgres } from '../../src/store/index.ts'
import { cliError, readBounded, systemReason, writeWhole } from '../client/index.ts'
import { type Lock, type Refusal, refuseRunning, takeLock } from '../ledger/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import { maximumOwnFile } from './limits.ts'

/** What the mark says. A release that lays things out otherwise has another number. */
const format = 1
const kind = 'commonroot-sandbox'

/** Looks without touching: may a sandbox run here? @throws cli.sandbox-running, cli.not-a-sandbox, cli.other-release */
export async function inspectFolder(layout: Layout): Promise<void> {
  refuseRunning(layout.lock, runningIn(layout))
  const names = await namesIn(layout.folder)
  if (names.length === 0) return
  if (!names.includes('sandbox.json')) {
    throw cliError('not-a-sandbox', { folder: layout.folder, mark: 'sandbox.json' })
  }
  await readMark(layout)
}

/** Makes and takes the folder. @throws what `inspectFolder` throws; cli.unwritable */
export async function takeFolder(layout: Layout): Promise<Lock> {
  try {
    await mkdir(layout.folder, { recursive: true, mode: 0o700 })
    // Keys lie here: whatever the folder was before, it is its owner's alone from now on.
    await chmod(layout.folder, 0o700)
  } catch (cause) {
    throw cliError('unwritable', { path: layout.folder, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
  await inspectFolder(layout)
  const lock = takeLock(layout.lock, runningIn(layout))
  await writeWhole(layout.mark, `${JSON.stringify({ kind, format })}\n`, 'owner')
  return lock
}

/** Removes everything in a folder that is a sandbox's. @throws what `inspectFolder` throws */
export async function resetFolder(folder: string): Promise<void> {
  const layout = layoutOf(folder)
  await inspectFolder(layout)
  const names = await namesIn(folder)
  if (names.length === 0) return
  const lock = takeLock(layout.lock, runningIn(layout))
  if (names.includes('postgres')) await discardDatabase(layout)
  // The mark goes last: a removal that is cut off can be done again.
  for (const name of (await namesIn(folder)).filter((each) => each !== 'sandbox.json')) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
  await rm(layout.mark, { force: true })
  lock.release()
}

function runningIn({ folder }: Layout): Refusal {
  return (process) => cliError('sandbox-running', { folder, process })
}

async function discardDatabase({ postgres }: Layout): Promise<void> {
  try {
    await discardEmbeddedPostgres({ folder: postgres })
  } catch (error) {
    // What somebody has removed already need not be removed.
    if (!(error instanceof CommonrootError) || error.code !== 'postgres.data-missing') throw error
  }
}

/** The lock, and drafts of files that a killed process was writing, do not count. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !/^\..*\.new$/.test(name) && !/^lock(\.|$)/.test(name))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw cliError('unreadable', { path: folder, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}

async function readMark({ folder, mark }: Layout): Promise<void> {
  const text = new TextDecoder().decode(await readBounded(mark, maximumOwnFile))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw cliError('not-a-sandbox', { folder, mark: 'sandbox.json that can be read' }, cause)
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== kind) {
    throw cliError('not-a-sandbox', { folder, mark: 'sandbox.json of ours' })
  }
  const found = 'format' in value ? String(value.format) : 'none'
  if (found !== String(format)) throw cliError('other-release', { folder, found, expected: format })
}
