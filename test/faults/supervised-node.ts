/** The node's program under a supervisor that starts it again whenever it ends, as systemd or Kubernetes does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the program says when it serves: where, and what it found in its store. */
export type ReadyLine = {
  readonly url: string
  readonly found?: { readonly height: number; readonly root: string }
}

/** What the program says before it ends by itself. */
export type FailureLine = { readonly code: string; readonly message: string }

/** How one process ended. */
export type Ending = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Undefined when it was killed. */
  readonly failure: FailureLine | undefined
  readonly wasReady: boolean
  /** Whatever else it wrote on standard error: nothing, when all is well. */
  readonly noise: string
}

const program = path.join(import.meta.dirname, 'node-program.ts')

/** Milliseconds between the end of a process and the start of the next. */
const restartPause = 50

/** Milliseconds that a start may take in all, with as many attempts as that needs. */
const startPatience = 60_000

/** What a test adds to the program. */
export type Supervision = {
  /** Modules that are loaded before it. */
  readonly imports?: readonly string[]
  /** More words of its command line. */
  readonly words?: readonly string[]
  /** Called between two processes; the next one starts when it is done. */
  readonly betweenStarts?: () => Promise<void>
}

export class SupervisedNode {
  readonly readyLines: ReadyLine[] = []
  readonly endings: Ending[] = []
  readonly #words: readonly string[]
  readonly #cache: string
  readonly #betweenStarts: () => Promise<void>
  #process: ChildProcess | undefined
  #ready = Promise.withResolvers<string>()
  #isStopping = false
  readonly #supervision: Promise<void>

  /** @param idleInterval milliseconds between blocks of an idle chain */
  constructor(folder: string, connection: string, idleInterval: number, supervision: Supervision = {}) {
    const { imports = [], words = [], betweenStarts = async () => {} } = supervision
    this.#cache = path.join(folder, 'compiled')
    const options = imports.flatMap((module) => ['--import', module])
    this.#words = [...options, program, folder, connection, String(idleInterval), ...words]
    this.#betweenStarts = betweenStarts
    this.#supervision = this.#supervise()
  }

  /** The URL of the process that serves now, or of the next one that does. */
  async url(): Promise<string> {
    const late = new AbortController()
    const url = await Promise.race([this.#ready.promise, sleep(startPatience, undefined, { signal: late.signal })])
    late.abort()
    if (url === undefined) throw new Error(`the node does not start: ${JSON.stringify(this.endings.at(-1))}`)
    return url
  }

  /** Kills the process as it is, be it serving or still starting. False: there was none to kill, or it ended by itself. */
  async kill(): Promise<boolean> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return false
    child.kill('SIGKILL')
    await once(child, 'exit')
    return child.signalCode === 'SIGKILL'
  }

  /** Ends the node for good, in order. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#process?.kill('SIGTERM')
    await this.#supervision
  }

  /** Ends the node for good, whatever it does. */
  async discard(): Promise<void> {
    this.#isStopping = true
    await this.kill()
    await this.#supervision
  }

  async #supervise(): Promise<void> {
    while (!this.#isStopping) {
      this.endings.push(await this.#runOnce())
      if (!this.#isStopping) await this.#betweenStarts()
      await sleep(restartPause)
    }
  }

  async #runOnce(): Promise<Ending> {
    const child = spawn(process.execPath, this.#words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Most of a start is loading code, and there are many starts.
      env: { ...process.env, NODE_COMPILE_CACHE: this.#cache },
    })
    this.#process = child
    let wasReady = false
    createInterface(child.stdout).on('line', (text) => {
      const line: ReadyLine = JSON.parse(text)
      wasReady = true
      this.readyLines.push(line)
      this.#ready.resolve(line.url)
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    const [code, signal] = await once(child, 'close')
    if (wasReady) this.#ready = Promise.withResolvers<string>()
    return { code, signal, wasReady, ...readErrors(errors) }
  }
}

function readErrors(text: string): { readonly failure: FailureLine | undefined; readonly noise: string } {
  const lines = text.split('\n').filter((line) => line !== '')
  const failures = lines.filter((line) => line.startsWith('{"code":'))
  const [failure] = failures
  const noise = lines.filter((line) => line !== failure).join('\n')
  return { failure: failure === undefined ? undefined : JSON.parse(failure), noise }
}
