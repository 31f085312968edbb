import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { discardEmbeddedPostgres, type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/store/index.ts'
import { withClient } from '../../postgres.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534

/** Every user can enter it, as every user can enter the folders above. */
let outer = ''
/** Most tests share one data folder: making a cluster is what takes long. */
let folder = ''
let shared = ''
const started: EmbeddedPostgres[] = []
const children: ChildProcessWithoutNullStreams[] = []

beforeAll(() => {
  outer = mkdtempSync(join(tmpdir(), 'commonroot-embedded-'))
  chmodSync(outer, 0o755)
  shared = join(outer, 'postgres')
})

beforeEach(() => {
  folder = shared
})

afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL')
  for (const server of started.splice(0)) await server.stop()
  if (folder !== shared && existsSync(folder)) await discardEmbeddedPostgres({ folder })
})

afterAll(async () => {
  await discardEmbeddedPostgres({ folder: shared })
  rmSync(outer, { recursive: true, force: true })
})

/** For tests that need an empty data folder, or one that is not to be used again; its parent belongs to the test alone. */
function useFreshFolder(): string {
  const parent = mkdtempSync(join(outer, 'fresh-'))
  chmodSync(parent, 0o755)
  folder = join(parent, 'postgres')
  return parent
}

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ folder })
  started.push(server)
  return server
}

/** Starts the server from another process, whose input stays open. */
async function startInChild(uid?: number) {
  const script = fileURLToPath(new URL('start.ts', import.meta.url))
  const child = spawn(process.execPath, [script, folder], { cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  const { processId, connection } = JSON.parse(String(line))
  return { child, processId: Number(processId), connection: String(connection) }
}

async function end(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

function remember(connection: string, value: string): Promise<unknown> {
  return withClient(connection, (sql) =>
    sql.begin(async (tx) => {
      await tx`create table if not exists memory (value text)`
      await tx`delete from memory`
      await tx`insert into memory values (${value})`
    }),
  )
}

async function recall(connection: string): Promise<unknown> {
  const [row] = await withClient(connection, (sql) => sql`select value from memory`)
  return row?.value
}

function isRunning(processId: number): boolean {
  const path = `/proc/${processId}/stat`
  return existsSync(path) && !readFileSync(path, 'latin1').includes(') Z ')
}

describe('an embedded server', () => {
  it('keeps its data over a restart, in a folder that only its user can enter', async () => {
    const first = await start()
    await remember(first.connection, 'kept')
    await Promise.all([first.stop(), first.stop()])
    expect(isRunning(first.processId)).toBe(false)
    const second = await start()
    expect(await recall(second.connection)).toBe('kept')
    for (const path of [folder, join(folder, 'data')]) expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  it('never runs as root, listens on a Unix socket only that nobody else can reach, and orders text by bytes', async () => {
    const server = await start()
    const [row] = await withClient(
      server.connection,
      (sql) => sql`
        select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
          (select datcollate from pg_database where datname = current_database()) as collation`,
    )
    expect(statSync(`/proc/${server.processId}`).uid).toBe(isRoot ? nobody : process.getuid?.())
    expect(row).toEqual({ addresses: '', fsync: 'on', collation: 'C' })
    const socketFolder = new URL(server.connection).searchParams.get('host') ?? ''
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700)
    await server.stop()
    expect(existsSync(socketFolder)).toBe(false)
  })

  it('is refused to a second process while the first lives', async () => {
    const { child } = await startInChild()
    await expect(start()).rejects.toMatchObject({ code: 'postgres.in-use', details: { process: child.pid } })
  })

  it('that a killed process left running is stopped by the next start, and its data are there', async () => {
    const { child, processId, connection } = await startInChild()
    await remember(connection, 'survives')
    await end(child, 'SIGKILL')
    expect(isRunning(processId)).toBe(true)
    const server = await start()
    expect(isRunning(processId)).toBe(false)
    expect(await recall(server.connection)).toBe('survives')
  })

  it('stops when its process exits without stopping it', async () => {
    const { child, processId } = await startInChild()
    const ended = once(child, 'exit')
    child.stdin.end()
    await ended
    for (let waited = 0; isRunning(processId) && waited < 5_000; waited += 50) await delay(50)
    expect(isRunning(processId)).toBe(false)
    await start()
  })

  it('starts although a killed server before it is still waited for', async () => {
    useFreshFolder()
    const server = await start()
    await remember(server.connection, 'before')
    await server.stop()
    // The shell becomes a program that never waits: its child stays in the table of processes.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line] = await once(parent.stdout, 'data')
      writeFileSync(join(server.folder, 'data', 'postmaster.pid'), `${String(line).trim()}\n${server.folder}/data\n`)
      await start()
    } finally {
      parent.kill('SIGKILL')
    }
  })

  it('works for a user without privileges', async () => {
    const uid = isRoot ? nobody : undefined
    const parent = useFreshFolder()
    if (isRoot) chownSync(parent, nobody, nobody)
    const { processId, connection } = await startInChild(uid)
    await remember(connection, 'unprivileged')
    expect(statSync(`/proc/${processId}`).uid).toBe(uid ?? process.getuid?.())
  })

  it('begins anew after an interrupted first start, and after a claim that was cut short', async () => {
    useFreshFolder()
    mkdirSync(join(folder, 'data.unfinished'), { recursive: true })
    writeFileSync(join(folder, 'data.unfinished', 'half'), '')
    writeFileSync(join(folder, 'claim.json'), '{"owner":')
    const server = await start()
    await remember(server.connection, 'anew')
  })

  it('goes to /var/tmp when its user cannot enter the folder, and is found there again', async () => {
    chmodSync(useFreshFolder(), 0o700)
    const first = await start()
    await remember(first.connection, 'elsewhere')
    await first.stop()
    expect(first.folder).toBe(isRoot ? readlinkSync(join(folder, 'elsewhere')) : folder)
    const second = await start()
    expect(await recall(second.connection)).toBe('elsewhere')
    await second.stop()
    await discardEmbeddedPostgres({ folder })
    expect([existsSync(first.folder), existsSync(folder)]).toEqual([false, false])
  })
})

describe('a start is refused', () => {
  it('when the data that went elsewhere are gone', async () => {
    useFreshFolder()
    mkdirSync(folder)
    symlinkSync('/var/tmp/commonroot-was-removed', join(folder, 'elsewhere'))
    await expect(start()).rejects.toMatchObject({ code: 'postgres.data-missing' })
    rmSync(folder, { recursive: true })
  })

  it('when another version of Postgres wrote the data', async () => {
    const server = await start()
    await server.stop()
    const path = join(folder, 'data', 'PG_VERSION')
    const version = readFileSync(path)
    writeFileSync(path, '9\n')
    await expect(start()).rejects.toMatchObject({ code: 'postgres.other-version', details: { found: '9' } })
    writeFileSync(path, version)
    await start()
  })

  it('with the reason that Postgres gives, when it cannot start', async () => {
    const server = await start()
    await server.stop()
    const path = join(folder, 'data', 'postgresql.conf')
    const configuration = readFileSync(path)
    writeFileSync(path, 'no_such_setting = 1\n')
    await expect(start()).rejects.toMatchObject({
      code: 'postgres.cannot-start',
      message: expect.stringContaining('configuration file'),
    })
    writeFileSync(path, configuration)
    await start()
  })
})
