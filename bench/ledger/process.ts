/** The measured node seen from outside: start, memory, stop, kill. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** What the node tells once it serves. */
export type Started = {
  /** Where it serves HTTP, on loopback. */
  readonly url: string
  /** The connection URL of its database. */
  readonly connection: string
  /** Postgres' first process. */
  readonly databaseProcess: number
  readonly databaseSeconds: number
  readonly nodeSeconds: number
}

export class NodeProcess {
  readonly started: Started
  /** From the start of the process until it served HTTP, database included. */
  readonly startSeconds: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, started: Started, startSeconds: number) {
    this.#child = child
    this.started = started
    this.startSeconds = startSeconds
  }

  /** Starts a node on a data folder that holds a chain (see `copyChain`), or that a node has left. */
  static async start(dataFolder: string): Promise<NodeProcess> {
    const beginning = performance.now()
    const child = fork(fileURLToPath(new URL('./serve.ts', import.meta.url)), [dataFolder], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let complaint = ''
    child.stderr?.on('data', (part: Buffer) => {
      complaint = (complaint + part.toString()).slice(-2000)
    })
    const started = await Promise.race([
      once(child, 'message').then(([message]) => message as Started),
      once(child, 'exit').then(() => {
        throw new Error(`the node did not start: ${complaint.trim()}`)
      }),
    ])
    return new NodeProcess(child, started, (performance.now() - beginning) / 1000)
  }

  get processId(): number {
    return this.#child.pid ?? 0
  }

  /** Resident set of the node's process in bytes, as the kernel counts it; 0 once it has ended. */
  residentBytes(): number {
    const path = `/proc/${this.processId}/statm`
    if (!existsSync(path)) return 0
    const [, pages = '0'] = readFileSync(path, 'utf8').split(' ')
    return Number(pages) * pageBytes
  }

  /** Ends HTTP, engine, store and Postgres in order. */
  async stop(): Promise<void> {
    if (this.#hasEnded()) return
    const ended = once(this.#child, 'exit')
    this.#child.send('stop')
    await ended
  }

  /** Kills the node and its Postgres where they stand. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    try {
      process.kill(this.started.databaseProcess, 'SIGKILL')
    } catch {
      // It ended with the node.
    }
    await ended
    // A killed process is there until somebody has read how it ended, and Postgres takes it for a running one.
    while (existsSync(`/proc/${this.started.databaseProcess}`)) await delay(10)
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}

/** Linux on x64 and ARM64 as Node is built for it. */
const pageBytes = 4096
