/** One process at a time runs the server of a folder, and clears away what a killed predecessor left running. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresError } from './errors.ts'
import { leftoverPatience, quitPatience, stopPatience } from './limits.ts'
import { commandOf, isAlive, type ProcessMark, signal, startOf, thisProcess, waitUntil } from './process.ts'

export type Claim = { release(): void }

type ClaimFile = { readonly owner: ProcessMark; readonly socketFolder: string }

/**
 * Claims a folder for this process. A server whose owner died is stopped first, and its socket folder removed.
 * @throws postgres.in-use
 */
export async function claimFolder(folder: string, socketFolder: string): Promise<Claim> {
  const path = join(folder, 'claim.json')
  const claim: ClaimFile = { owner: thisProcess(), socketFolder }
  while (!createWhole(path, JSON.stringify(claim))) {
    const found = readClaim(path)
    if (found !== undefined && isAlive(found.owner)) {
      throw postgresError('in-use', { folder, process: found.owner.processId })
    }
    await stopLeftover(join(folder, 'data'))
    if (found !== undefined) rmSync(found.socketFolder, { recursive: true, force: true })
    rmSync(path, { force: true })
  }
  return { release: () => rmSync(path, { force: true }) }
}

/** Asks in order: end now (SIGINT), end without clean-up (SIGQUIT), and at last kills. */
export async function stopServer(processId: number, isGone: () => boolean): Promise<void> {
  signal(processId, 'SIGINT')
  if (await waitUntil(isGone, stopPatience)) return
  signal(processId, 'SIGQUIT')
  if (await waitUntil(isGone, quitPatience)) return
  signal(processId, 'SIGKILL')
  await waitUntil(isGone, leftoverPatience)
}

/** The first line of postmaster.pid is the server's process; its number may have gone to a stranger since. */
async function stopLeftover(data: string): Promise<void> {
  const processId = Number.parseInt(readServerFile(data)[0] ?? '', 10)
  if (!(processId > 1) || !commandOf(processId).includes(data)) return
  const started = startOf(processId)
  if (started === undefined) return
  await stopServer(processId, () => !isAlive({ processId, started }))
}

/**
 * A server that was killed stays in the system's table until its parent has waited for it, and no parent may do so. The
 * next server would take it for a living one. Its file is given a number that no process has, and kept: the next server
 * finds in it the memory that sessions of the dead one may still use, and refuses to start until they have ended.
 */
export function markDeadServer(data: string): void {
  const lines = readServerFile(data)
  const processId = Number.parseInt(lines[0] ?? '', 10)
  if (!(processId > 1) || startOf(processId) !== undefined) return
  writeFileSync(join(data, 'postmaster.pid'), [String(noProcess), ...lines.slice(1)].join('\n'))
}

/** Linux gives numbers below this one at most (proc(5), pid_max). */
const noProcess = 4_194_304

/** The lines of the file in which a server says where it is (postmaster.pid); none without a server. */
export function readServerFile(data: string): readonly string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Creates a file that nobody ever sees half written. False when it exists. */
function createWhole(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft)
  }
}

function readClaim(path: string): ClaimFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isClaim(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isClaim(value: unknown): value is ClaimFile {
  if (typeof value !== 'object' || value === null || !('owner' in value) || !('socketFolder' in value)) return false
  const { owner, socketFolder } = value
  if (typeof socketFolder !== 'string' || typeof owner !== 'object' || owner === null) return false
  return (
    'processId' in owner &&
    typeof owner.processId === 'number' &&
    'started' in owner &&
    typeof owner.started === 'string'
  )
}
