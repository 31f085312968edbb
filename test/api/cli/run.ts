/** Runs the command as a person does: a process of its own, through `bin/commonroot`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

const command = path.resolve(import.meta.dirname, '..', '..', '..', 'bin', 'commonroot')

/** Each run loads the same files: what the first one made of them serves the others. */
const compileCache = mkdtempSync(path.join(tmpdir(), 'commonroot-compiled-'))
afterAll(() => rmSync(compileCache, { recursive: true, force: true }))

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as the one JSON value that it must be. */
  readonly json: unknown
}

export type RunOptions = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }

export function start(words: readonly string[], { cwd = tmpdir(), env = {} }: RunOptions = {}): ChildProcess {
  // What the machine's user has set is none of the test's business.
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(COMMONROOT_|DATABASE_URL|NO_COLOR|FORCE_COLOR)/.test(name),
  )
  return spawn(process.execPath, [command, ...words], {
    cwd,
    env: { ...Object.fromEntries(clean), NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export function run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return ended(start(words, options))
}

/** The command line as text for a shell, without the program's name. */
export function shellCommand(words: string): string {
  return `'${process.execPath}' '${command}' ${words}`
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return {
    code,
    stdout,
    stderr,
    get json(): unknown {
      return JSON.parse(stdout)
    },
  }
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  for await (const part of stream ?? []) text += part.toString()
  return text
}
