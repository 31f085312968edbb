/** The Go programs of this folder: each reads questions as JSON lines and answers `{ result, error }`, line by line. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../src/codec/index.ts'

const programs = path.join(import.meta.dirname, '..', '..', '.cache', 'conformance')

export type Question = { readonly ask: string; readonly [field: string]: unknown }

export type GoProgram = {
  /** Builds it, or finds it built: Go's own cache knows. The first time takes up to a minute. */
  readonly build: () => void
  /** One answer for each question, in order. Bytes go out as hexadecimal, a bigint as decimal text. */
  readonly ask: (questions: readonly Question[]) => readonly unknown[]
}

/** @param folder the program's name: its sources lie in the folder of that name beside this file */
export function goProgram(folder: string): GoProgram {
  const program = path.join(programs, folder)
  return {
    build: () => build(folder, program),
    ask: (questions) => ask(folder, program, questions),
  }
}

function build(folder: string, program: string): void {
  mkdirSync(programs, { recursive: true })
  const built = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], {
    cwd: path.join(import.meta.dirname, folder),
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
  })
  if (built.error !== undefined) {
    throw new Error(`Go 1.25 or newer is needed for the conformance program ${folder}: install it and put go on PATH.`)
  }
  if (built.status !== 0) throw new Error(`the conformance program ${folder} does not build: ${built.stderr}`)
}

function ask(folder: string, program: string, questions: readonly Question[]): readonly unknown[] {
  const input = questions.map((question) => `${JSON.stringify(question, inGoTerms)}\n`).join('')
  const run = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`the conformance program ${folder} stopped: ${run.stderr}`)
  const answers = run.stdout.trimEnd().split('\n').filter(Boolean)
  if (answers.length !== questions.length) {
    throw new Error(`the conformance program ${folder} left questions unanswered`)
  }
  return answers.map((line) => {
    const { result, error } = JSON.parse(line) as { readonly result: unknown; readonly error: string }
    if (error !== '') throw new Error(`the conformance program ${folder} did not understand a question: ${error}`)
    return result
  })
}

function inGoTerms(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? toHex(value) : value
}
