import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Binaries, findPackage, prepareBinaries } from './binaries.ts'
import { type Claim, claimFolder, markDeadServer, readServerFile, stopServer } from './claim.ts'
import { postgresError } from './errors.ts'
import { clusterName, leftoverPatience, maximumLogBytes, pollInterval, startPatience } from './limits.ts'
import { makeSocketFolder, type Place, preparePlace } from './place.ts'
import { embeddedConnection } from './running.ts'

/** A running server of this process. */
export type EmbeddedPostgres = {
  /** What `openStore` takes: a URL with the socket's folder as `host`, as libpq writes it. */
  readonly connection: string
  /** The server's first process. */
  readonly processId: number
  /** Where data and log are: the folder asked for, or its stand-in in /var/tmp (see `preparePlace`). */
  readonly folder: string
  /** Ends sessions, writes a checkpoint, waits for the end. A second call waits for the first. */
  stop(): Promise<void>
}

/** All a server may see of this process' environment. */
const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' }

/**
 * These win over postgresql.conf, whose defaults are right otherwise; `openStore` checks that they stayed durable. A ledger
 * writes to random places of its indexes, and after each checkpoint the first change of a place logs all of it: so
 * checkpoints are rare, as far as the log's disk space and its replay after a crash allow.
 */
const settings = [
  'listen_addresses=',
  `cluster_name=${clusterName}`,
  'fsync=on',
  'unix_socket_permissions=0700',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
]

/**
 * Starts the Postgres of a data folder, makes the folder at first. For sandbox and tests: everyone who can enter the
 * socket's folder (this user and root) is its administrator.
 *
 * The server is told to stop when this process exits. If this process is killed, the server runs on until the next
 * start on the folder, which stops it first.
 * @throws postgres.unsupported-platform, postgres.not-installed, postgres.in-use, postgres.cannot-start,
 *   postgres.other-version, postgres.data-missing, postgres.no-socket-place
 */
export async function startEmbeddedPostgres({ folder }: { readonly folder: string }): Promise<EmbeddedPostgres> {
  const packageFolder = findPackage(`${process.platform}-${process.arch}`)
  const place = preparePlace(folder)
  const socketFolder = makeSocketFolder(place.user)
  let claim: Claim | undefined
  try {
    claim = await claimFolder(place.folder, socketFolder)
    const binaries = prepareBinaries(packageFolder, place)
    initialise(binaries, place)
    markDeadServer(join(place.folder, 'data'))
    return handleOf(await launch(binaries, place, socketFolder), place, socketFolder, claim)
  } catch (error) {
    claim?.release()
    rmSync(socketFolder, { recursive: true, force: true })
    throw error
  }
}

/**
 * Removes a data folder with all that is in it, and stops the server that a killed process left running there.
 * @throws postgres.in-use
 */
export async function discardEmbeddedPostgres({ folder }: { readonly folder: string }): Promise<void> {
  const place = preparePlace(folder)
  await claimFolder(place.folder, place.folder)
  rmSync(place.folder, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}

/** Makes the database cluster; one that was interrupted is begun anew. */
function initialise(binaries: Binaries, place: Place): void {
  const data = join(place.folder, 'data')
  if (existsSync(data)) {
    const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
    const expected = /\d+/.exec(run(binaries.postgres, ['--version'], place))?.[0] ?? 'unknown'
    if (found !== expected) throw postgresError('other-version', { folder: place.folder, found, expected })
    return
  }
  const unfinished = `${data}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions']
  run(binaries.initdb, ['-D', unfinished, ...options], place)
  renameSync(unfinished, data)
}

function run(program: string, words: readonly string[], { user, folder }: Place): string {
  const result = spawnSync(program, words, { ...user, cwd: '/', env: environment, encoding: 'utf8' })
  if (result.status === 0) return result.stdout
  const reason = result.error?.message ?? (lastLine(result.stderr) || `it ended with status ${result.status}`)
  throw postgresError('cannot-start', { folder, reason }, result.error)
}

/** Starts the server and waits until it answers. */
async function launch(binaries: Binaries, place: Place, socketFolder: string): Promise<ChildProcess> {
  const end = performance.now() + leftoverPatience
  for (;;) {
    const attempt = await launchOnce(binaries, place, socketFolder)
    if ('server' in attempt) return attempt.server
    // Sessions of a server that was killed end by themselves, yet hold its memory until then.
    const retry = attempt.reason.includes('shared memory block') && performance.now() < end
    if (!retry) throw postgresError('cannot-start', { folder: place.folder, reason: attempt.reason }, attempt.cause)
    await delay(10 * pollInterval)
  }
}

type Attempt = { readonly server: ChildProcess } | { readonly reason: string; readonly cause?: Error | undefined }

async function launchOnce(binaries: Binaries, place: Place, socketFolder: string): Promise<Attempt> {
  const data = join(place.folder, 'data')
  const logPath = join(place.folder, 'server.log')
  const log = openSync(logPath, sizeOf(logPath) > maximumLogBytes ? 'w' : 'a', 0o600)
  const logged = sizeOf(logPath)
  const words = ['-D', data, '-k', socketFolder, ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(binaries.postgres, words, {
    ...place.user,
    cwd: '/',
    env: environment,
    stdio: ['ignore', log, log],
    // A session of its own: Ctrl-C in a terminal must reach the node only, which ends its work and then the server.
    detached: true,
  })
  closeSync(log)
  let failure: Error | undefined
  server.once('error', (error) => {
    failure = error
  })
  const end = performance.now() + startPatience
  while (!isReady(data, server)) {
    if (failure !== undefined) return { reason: failure.message, cause: failure }
    if (hasEnded(server)) return { reason: firstError(readFileSync(logPath, 'utf8').slice(logged)) }
    if (performance.now() > end) {
      await stopServer(server.pid ?? 0, () => hasEnded(server))
      return { reason: `it did not get ready within ${startPatience / 1000} s` }
    }
    await delay(pollInterval)
  }
  return { server }
}

function handleOf(server: ChildProcess, place: Place, socketFolder: string, claim: Claim): EmbeddedPostgres {
  const processId = server.pid
  if (processId === undefined) throw new TypeError('a server that is ready has a process id')
  const stopAtExit = () => server.kill('SIGINT')
  process.once('exit', stopAtExit)
  // A process that forgets to stop it can still end, and then stops it.
  server.unref()
  let stopping: Promise<void> | undefined
  const stop = async () => {
    server.ref()
    if (!hasEnded(server)) await stopServer(processId, () => hasEnded(server))
    process.removeListener('exit', stopAtExit)
    rmSync(socketFolder, { recursive: true, force: true })
    claim.release()
  }
  return {
    connection: embeddedConnection(socketFolder),
    processId,
    folder: place.folder,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

/** Line 8 of postmaster.pid is the server's state; the first tells whose file it is. */
function isReady(data: string, server: ChildProcess): boolean {
  const lines = readServerFile(data)
  return lines[0] === String(server.pid) && lines[7]?.trim() === 'ready'
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null
}

function firstError(log: string): string {
  const line = log.split('\n').find((candidate) => /FATAL|PANIC|error while loading/.test(candidate))
  return line?.replace(/^.*?(?:FATAL|PANIC): +/, '') ?? (lastLine(log) || 'it ended without a word')
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
