/** CometBFT as a child process: started, watched, started again, ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { engineError } from '../errors.ts'
import { handshakeRefusal } from './handshake.ts'

/** So many ends within the window are no accident any more. */
const maximumEnds = 5
const endsWindow = 60_000

/** Milliseconds before a start again; doubled with each end in the window. */
const firstPause = 100

/** Milliseconds that CometBFT has to close its databases before it is killed. */
const stopTimeout = 10_000

/** Bytes of the log file before a start puts it aside. */
const maximumLogBytes = 16 * 1024 * 1024

/** Bytes at the end of the log in which the last line is sought. */
const logTailBytes = 2_000

/** Bytes at the end of a run's log in which a reason is sought: a stack trace may follow it. */
const runTailBytes = 64 * 1024

export class NodeProcess {
  readonly #binary: string
  readonly #home: string
  readonly #rpcSocket: string
  readonly #onFailure: (error: unknown) => void
  readonly #ends: number[] = []
  #child: ChildProcess | undefined
  #isStopping = false
  /** Where in the log file the run that is the newest begins. */
  #runStart = 0
  #run: Promise<void> = Promise.resolve()

  constructor(
    { binary, home, rpcSocket }: { readonly binary: string; readonly home: string; readonly rpcSocket: string },
    onFailure: (error: unknown) => void,
  ) {
    this.#binary = binary
    this.#home = home
    this.#rpcSocket = rpcSocket
    this.#onFailure = onFailure
  }

  /** Resolves when the process is started, not when it is ready. */
  async start(): Promise<void> {
    await this.#endLeftover()
    const started = Promise.withResolvers<void>()
    this.#run = this.#supervise(started).catch((error: unknown) => {
      started.reject(error)
      if (!this.#isStopping) this.#onFailure(error)
    })
    return started.promise
  }

  /** Ends the process in order, and by force if that takes too long. May be called again. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#child
    child?.kill('SIGTERM')
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), stopTimeout)
    await this.#run
    clearTimeout(killer)
  }

  get processId(): number | undefined {
    return this.#child?.pid
  }

  async #supervise(started: PromiseWithResolvers<void>): Promise<void> {
    while (!this.#isStopping) {
      const how = await this.#runOnce(started)
      if (this.#isStopping) return
      const refusal = handshakeRefusal(await this.#logOfRun())
      if (refusal !== undefined) throw refusal
      const now = performance.now()
      this.#ends.push(now)
      while (this.#ends[0] !== undefined && this.#ends[0] < now - endsWindow) this.#ends.shift()
      if (this.#ends.length >= maximumEnds) {
        throw engineError('node-exited', {
          count: this.#ends.length,
          seconds: endsWindow / 1000,
          how,
          log: await this.#lastLogLine(),
        })
      }
      await sleep(firstPause * 2 ** this.#ends.length)
    }
  }

  /** Runs the process to its end and says how it ended: it exits with code 0 even when the application crashes. */
  async #runOnce(started: PromiseWithResolvers<void>): Promise<string> {
    await this.#putLogAside()
    this.#runStart = await this.#logSize()
    // A killed process leaves its socket behind, and the next one could not listen there.
    await rm(this.#rpcSocket, { force: true })
    const log = await open(this.#logFile, 'a', 0o600)
    try {
      // CometBFT lets variables of the environment override its configuration: it gets none of ours.
      const child = spawn(this.#binary, ['start', '--home', this.#home], {
        stdio: ['ignore', log.fd, log.fd],
        env: { PATH: process.env.PATH, HOME: this.#home },
        // A group of its own: Ctrl-C reaches this process only, which ends the child in order.
        detached: true,
      })
      this.#child = child
      const ended = new Promise<string>((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', (code, signal) => resolve(signal === null ? `code ${code}` : `signal ${signal}`))
      })
      if (child.pid !== undefined) await writeFile(this.#processIdFile, String(child.pid), { mode: 0o600 })
      started.resolve()
      if (this.#isStopping) child.kill('SIGTERM')
      return await ended
    } finally {
      this.#child = undefined
      await log.close()
      await rm(this.#processIdFile, { force: true })
    }
  }

  /**
   * A node that was killed right after it started CometBFT leaves it waiting for the application, with its databases
   * locked. It is ended only if it is surely the one of this home.
   */
  async #endLeftover(): Promise<void> {
    const text = await readFile(this.#processIdFile, 'utf8').catch(() => '')
    const processId = /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined
    if (processId === undefined) return
    const isOurs = async (): Promise<boolean> => {
      const command = await readFile(`/proc/${processId}/cmdline`, 'utf8').catch(() => '')
      return command.split('\0').slice(1, 4).join('\0') === ['start', '--home', this.#home].join('\0')
    }
    if (await isOurs()) {
      process.kill(processId, 'SIGKILL')
      while (await isOurs()) await sleep(10)
    }
    await rm(this.#processIdFile, { force: true })
  }

  async #putLogAside(): Promise<void> {
    if ((await this.#logSize()) > maximumLogBytes) await rename(this.#logFile, `${this.#logFile}.1`)
  }

  #logSize(): Promise<number> {
    return stat(this.#logFile).then(
      (file) => file.size,
      () => 0,
    )
  }

  /** The end of what the newest run has logged. */
  async #logOfRun(): Promise<string> {
    const log = await readFile(this.#logFile).catch(() => Buffer.alloc(0))
    return log.subarray(Math.max(this.#runStart, log.length - runTailBytes)).toString('utf8')
  }

  async #lastLogLine(): Promise<string> {
    const log = await readFile(this.#logFile, 'utf8').catch(() => '')
    return log.slice(-logTailBytes).trimEnd().split('\n').at(-1) ?? ''
  }

  get #logFile(): string {
    return join(this.#home, 'cometbft.log')
  }

  get #processIdFile(): string {
    return join(this.#home, 'cometbft.pid')
  }
}
