/** A Postgres of the test's own, which it kills, pauses and starts again at the same address. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { discardEmbeddedPostgres, type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/index.ts'
import { allEnded, childrenOf, commandOf, isRunning, signalAll } from './processes.ts'

/** What the next test run clears away, should this one be killed, begins like this. */
const folderPrefix = 'commonroot-test-postgres-faults-'

/** Milliseconds that a start may take: recovery replays what was written since the last checkpoint. */
const startPatience = 30_000

export class PostgresServer {
  readonly connection: string
  /** What is kept here goes when the server is discarded, or by the next test run. */
  readonly folder: string
  readonly #first: EmbeddedPostgres
  readonly #command: readonly string[]
  readonly #killAtExit = () => signalAll(this.#processIds(), 'SIGKILL')
  #processId: number
  #paused: readonly number[] = []

  private constructor(folder: string, first: EmbeddedPostgres) {
    this.folder = folder
    this.#first = first
    this.#processId = first.processId
    this.#command = commandOf(first.processId)
    this.connection = first.connection
    process.once('exit', this.#killAtExit)
  }

  /** @param data an empty folder for its data; otherwise they are where everything else of it is */
  static async start(data?: string): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), folderPrefix))
    return new PostgresServer(folder, await startEmbeddedPostgres({ folder: data ?? folder }))
  }

  /** False when it has ended, by itself or killed. */
  get isRunning(): boolean {
    return isRunning(this.#processId)
  }

  /** Kills the server and all its sessions, as a power cut does. */
  async kill(): Promise<void> {
    const processIds = this.#processIds()
    signalAll(processIds, 'SIGKILL')
    await allEnded(processIds)
  }

  /** Starts the server that was killed, at the address that it had. */
  async startAgain(): Promise<void> {
    const until = performance.now() + startPatience
    while (!(await this.#launch(until))) {
      if (performance.now() > until) throw new Error('Postgres does not start again')
      await sleep(50)
    }
  }

  /** Stops the server and its sessions without a word to their clients, until `resume`. */
  pause(): void {
    this.#paused = this.#processIds()
    signalAll(this.#paused, 'SIGSTOP')
  }

  resume(): void {
    signalAll(this.#paused, 'SIGCONT')
    this.#paused = []
  }

  /** Ends the server and removes its data. */
  async discard(): Promise<void> {
    this.resume()
    await this.kill()
    process.removeListener('exit', this.#killAtExit)
    await this.#first.stop()
    await discardEmbeddedPostgres({ folder: this.folder })
    if (this.#first.folder !== this.folder) await discardEmbeddedPostgres({ folder: this.#first.folder })
  }

  #processIds(): readonly number[] {
    return [this.#processId, ...childrenOf(this.#processId)]
  }

  /** False when the server ended again: the shared memory of the one before can outlast it by a moment. */
  async #launch(until: number): Promise<boolean> {
    const [program = '', ...words] = this.#command
    const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const server = spawn(program, words, {
      ...owner,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: 'ignore',
    })
    server.unref()
    if (server.pid === undefined) throw new Error(`${program} can not be run`)
    this.#processId = server.pid
    while (!this.#isReady(server)) {
      if (hasEnded(server)) return false
      if (performance.now() > until) throw new Error('Postgres does not get ready')
      await sleep(10)
    }
    return true
  }

  /** Line 1 of postmaster.pid is the server's process, line 8 its state. */
  #isReady(server: ChildProcess): boolean {
    try {
      const lines = readFileSync(join(this.#first.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
      return lines[0] === String(server.pid) && lines[7]?.trim() === 'ready'
    } catch {
      return false
    }
  }
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null
}
