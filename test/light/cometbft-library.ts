/** Asks CometBFT's own Go library: the program in `test/conformance/cometbft-light`, built into the checkout's cache. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../src/codec/index.ts'

const root = path.join(import.meta.dirname, '..', '..')
const source = path.join(root, 'test', 'conformance', 'cometbft-light')
const program = path.join(root, '.cache', 'cometbft-light', 'cometbft-light')

export type Question = { readonly ask: string; readonly [field: string]: unknown }

/** Builds the program, or finds it built: Go's own cache knows. The first time takes about a minute. */
export function buildCometbftLibrary(): void {
  mkdirSync(path.dirname(program), { recursive: true })
  const built = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, encoding: 'utf8' })
  if (built.error !== undefined) {
    throw new Error('Go 1.25 or newer is needed to compare with the CometBFT library: install it and put `go` on PATH.')
  }
  if (built.status !== 0) throw new Error(`the CometBFT comparison program does not build: ${built.stderr}`)
}

/** One answer for each question, in order. */
export function askCometbft(questions: readonly Question[]): readonly unknown[] {
  const input = questions.map((question) => `${JSON.stringify(question, inGoTerms)}\n`).join('')
  const run = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`the CometBFT comparison program stopped: ${run.stderr}`)
  const answers = run.stdout.trimEnd().split('\n').filter(Boolean)
  if (answers.length !== questions.length) throw new Error('the CometBFT comparison program left questions unanswered')
  return answers.map((line) => {
    const { result, error } = JSON.parse(line) as { readonly result: unknown; readonly error: string }
    if (error !== '') throw new Error(`the CometBFT comparison program refused a question: ${error}`)
    return result
  })
}

function inGoTerms(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? toHex(value) : value
}
