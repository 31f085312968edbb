/** What a run of the tests came to, read from vitest's own JSON report. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Exclusion } from './exclusions.ts'

/** How the vitest process ended. */
export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type Outcome = {
  readonly passed: number
  readonly failed: number
  /** What counts as failed without being a failed test: a file that does not load, a skipped test, a crash. */
  readonly complaints: readonly string[]
}

type Report = {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/**
 * Counts a report. A file that fails as a whole counts as one failed test, and so does a skipped test, unless a filter
 * is what skipped it: tests that are to be left out stand in `exclusions.ts` with a reason.
 */
export function readOutcome(run: {
  readonly resultFile: string
  readonly root: string
  readonly ending: Ending
  readonly filtered: boolean
}): Outcome {
  const { ending } = run
  const report = readReport(run.resultFile)
  if (report === undefined) {
    return { passed: 0, failed: 1, complaints: [`vitest wrote no report and ended with ${spoken(ending)}`] }
  }
  const complaints: string[] = []
  let passed = 0
  let failed = 0
  for (const file of report.testResults) {
    const name = path.relative(run.root, file.name)
    let failedHere = 0
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++
      else if (test.status === 'failed') failedHere++
      else if (!run.filtered) {
        failedHere++
        complaints.push(`${name}: "${test.fullName}" is ${test.status}`)
      }
    }
    if (file.status === 'failed' && failedHere === 0) {
      failedHere = 1
      complaints.push(`${name}: failed as a whole: ${firstLine(file.message)}`)
    }
    failed += failedHere
  }
  if (passed + failed === 0) complaints.push('no test ran')
  else if (failed === 0 && ending.code !== 0) {
    failed = 1
    complaints.push(`vitest ended with ${spoken(ending)} although no test failed`)
  }
  return { passed, failed, complaints }
}

/** The end of the output; the last line is the one that machines read. */
export function closingLines(outcome: Outcome, exclusions: readonly Exclusion[]): readonly string[] {
  return [
    '',
    ...outcome.complaints,
    ...exclusions.map(({ file, reason }) => `excluded: ${file}: ${reason}`),
    `run: ${outcome.passed + outcome.failed}, excluded files: ${exclusions.length}`,
    `${outcome.passed} passed, ${outcome.failed} failed`,
  ]
}

/** The exit code of the whole run. */
export function ended(outcome: Outcome): number {
  return outcome.failed === 0 && outcome.passed > 0 ? 0 : 1
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return undefined
  }
}

function spoken(ending: Ending): string {
  return ending.signal === null ? `exit code ${ending.code}` : `signal ${ending.signal}`
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
