/** A small installation of the command, with a program that a test can watch in place of the real one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..', '..')

/** Reports what it was started with, then does what its first argument says. */
const program = `
export async function main(argv: readonly string[]): Promise<number> {
  const [verb, value] = argv
  let interrupts: number = 0
  process.on('SIGINT', () => { interrupts++ })
  console.log(JSON.stringify({ pid: process.pid, node: process.versions.node, argv, cwd: process.cwd() }))
  if (verb === 'exit') return Number(value)
  if (verb === 'signal') process.kill(process.pid, String(value))
  if (verb === 'wait') {
    while (interrupts === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 300))
    console.log(JSON.stringify({ interrupts }))
    return 7
  }
  await new Promise((resolve) => setTimeout(resolve, 60_000))
  return 0
}
`

export type Installation = { readonly folder: string; readonly command: string; readonly oldNode: readonly string[] }

/**
 * Puts the command, the watched program and what makes this Node look old into a new folder.
 * @param place where the package lies in it: '' for a checkout, 'node_modules/commonroot' for a dependency
 * @param pinned whether the pinned Node can be found from there
 */
export async function install(place: string, pinned: boolean): Promise<Installation> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'commonroot-bin-')))
  const home = path.join(folder, place)
  await mkdir(path.join(home, 'api', 'cli'), { recursive: true })
  await cp(path.join(root, 'bin'), path.join(home, 'bin'), { recursive: true })
  await writeFile(path.join(home, 'package.json'), '{ "name": "commonroot", "type": "module" }')
  await writeFile(path.join(home, 'api', 'cli', 'main.ts'), program)
  await writeFile(
    path.join(folder, 'old.cjs'),
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })",
  )
  if (pinned) {
    const name = `node-${process.platform}-${process.arch}`
    await mkdir(path.join(folder, 'node_modules'), { recursive: true })
    await symlink(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name))
  }
  return {
    folder,
    command: path.join(home, 'bin', 'commonroot'),
    oldNode: ['--require', path.join(folder, 'old.cjs')],
  }
}

export type Run = {
  readonly child: ChildProcess
  /** Resolves with the next line of standard output. */
  readonly line: () => Promise<string>
  readonly end: Promise<{ readonly code: number | null; readonly signal: string | null; readonly errors: string }>
}

/** Starts Node in a process group of its own, as a terminal does. */
export function start(nodeArguments: readonly string[], cwd: string): Run {
  const child = spawn(process.execPath, nodeArguments, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  let text = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const parts = text.split('\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const next = waiting.shift()
      if (next === undefined) lines.push(part)
      else next(part)
    }
  })
  return {
    child,
    line: () => {
      const line = lines.shift()
      return line === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(line)
    },
    end: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, errors }))),
  }
}
