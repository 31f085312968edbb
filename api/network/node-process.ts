/** A node of a network as a process of its own, for whoever runs several of them on one machine. */

import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { homeOf, networkError } from '../ceremony/index.ts'
import { startPatience, stopPatience } from './limits.ts'

/** The command, as npm installs it. */
const command = fileURLToPath(new URL('../../bin/commonroot', import.meta.url))

const Report = Type.Object({ url: Type.String() })
const Failure = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })

export type NodeProcessOptions = {
  readonly organisation: string
  readonly home: string
  /** The connection URL of its database. */
  readonly database: string
  /** The node ended and nobody had asked it to. */
  readonly onEnd: (error: unknown) => void
}

export class NodeProcess {
  readonly organisation: string
  readonly #options: NodeProcessOptions
  #child: ChildProcess | undefined
  #ended: Promise<string> = Promise.resolve('')
  #isAsked = false
  #url = ''

  constructor(options: NodeProcessOptions) {
    this.organisation = options.organisation
    this.#options = options
  }

  /** Where it serves HTTP, when it runs. */
  get url(): string {
    return this.#url
  }

  get processId(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when the node serves. What it says goes to `node.log` in its folder. @throws network.node-ended */
  async start(): Promise<void> {
    const { home, database, onEnd } = this.#options
    this.#isAsked = false
    const log = await open(homeOf(home).log, 'a', 0o600)
    const child = spawn(process.execPath, [command, 'node', 'start', '--home', home, '--until-input-ends', '--json'], {
      // Its input ends when this process does, however that ends, and so does the node.
      stdio: ['pipe', 'pipe', log.fd],
      env: { ...process.env, DATABASE_URL: database },
      // A group of its own: Ctrl-C reaches this process only, which ends its nodes in order.
      detached: true,
    })
    await log.close()
    this.#child = child
    let output = ''
    const said = Promise.withResolvers<string>()
    child.stdout?.on('data', (part: Buffer) => {
      output += part.toString()
      // The one JSON value ends with a brace at the beginning of a line.
      if (/^\}$/m.test(output)) said.resolve(output)
    })
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(signal === null ? `code ${code}` : `signal ${signal}`))
    })
    const ended = this.#ended.then((how) => {
      throw this.#failure(failureIn(output) ?? how)
    })
    ended.catch(() => undefined)
    const late = delay(startPatience, undefined, { ref: false }).then(() => {
      throw this.#failure(`it did not come up within ${startPatience / 1000} s`)
    })
    late.catch(() => undefined)
    const text = await Promise.race([said.promise, ended, late])
    const report: unknown = JSON.parse(text)
    if (!Value.Check(Report, report)) throw this.#failure(failureIn(text) ?? 'it said something odd')
    this.#url = report.url
    this.#ended.then((how) => {
      if (!this.#isAsked && this.#child === child) onEnd(this.#failure(how))
    })
  }

  /** Ends it in order, and by force when that takes too long. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Ends it as a power cut would; its CometBFT ends with it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#isAsked = true
    child.kill(signal)
    const killer = setTimeout(() => child.kill('SIGKILL'), stopPatience)
    await this.#ended
    clearTimeout(killer)
    this.#child = undefined
  }

  #failure(reason: string): Error {
    return networkError('node-ended', { organisation: this.organisation, reason })
  }
}

function failureIn(output: string): string | undefined {
  try {
    const value: unknown = JSON.parse(output)
    return Value.Check(Failure, value) ? `${value.error.message} (${value.error.code})` : undefined
  } catch {
    return undefined
  }
}
