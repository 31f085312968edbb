/** A person at a terminal who types what a document says. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { discardEmbeddedPostgres } from '../../src/store/index.ts'
import { root } from '../structure/source/index.ts'

export type Typed = { readonly code: number; readonly output: string }

export type Session = {
  /** Where the sandbox listens. */
  readonly url: string
  /** What the sandbox printed until it ran. */
  readonly greeting: string
  /** Runs one command line with the shell and waits for it. */
  type(line: string): Promise<Typed>
  stopLedger(): Promise<void>
  /** Stops everything and removes the folder. */
  end(): Promise<void>
}

const command = path.join(root, 'bin', 'commonroot')

/** `npx` finds the command in a checkout; the session's folder is none, so the shell gets a function of that name. */
const prelude = `set -e; npx() { shift; "$COMMONROOT_TEST_NODE" "$COMMONROOT_TEST_COMMAND" "$@"; }; `

/** Starts a sandbox in a folder of its own, on a free port. */
export async function startSession(): Promise<Session> {
  const folder = await mkdtemp(path.join(tmpdir(), 'commonroot-docs-'))
  const ledger = spawn(process.execPath, [command, 'sandbox', '--port', '0'], { cwd: folder })
  const greeting = await greetingOf(ledger)
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0] ?? ''
  const stopLedger = () => stopped(ledger)
  return {
    url,
    greeting: greeting.replaceAll(folder, '/your/checkout'),
    type: (line) => run(line, folder, { ...process.env, COMMONROOT_NODE: url }),
    stopLedger,
    end: async () => {
      await stopLedger()
      // The database may lie elsewhere, if the user that runs it cannot enter this folder.
      await discardEmbeddedPostgres({ folder: path.join(folder, '.commonroot', 'postgres') })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function greetingOf(ledger: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer) => {
      text += chunk.toString()
      if (/Ctrl-C stops the ledger.*\n/.test(text)) resolve(text)
    }
    ledger.stdout?.on('data', take)
    ledger.stderr?.on('data', take)
    ledger.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}: ${text}`)))
  })
}

function stopped(ledger: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (ledger.exitCode !== null || ledger.signalCode !== null) return resolve()
    ledger.once('exit', () => resolve())
    ledger.kill('SIGINT')
  })
}

function run(line: string, cwd: string, environment: NodeJS.ProcessEnv): Promise<Typed> {
  const env = {
    ...environment,
    NO_COLOR: '1',
    COMMONROOT_TEST_NODE: process.execPath,
    COMMONROOT_TEST_COMMAND: command,
  }
  return new Promise((resolve) => {
    execFile('bash', ['-c', prelude + line], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: stdout + (code > 1 ? stderr : '') })
    })
  })
}
