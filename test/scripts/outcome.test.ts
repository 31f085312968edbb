import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closingLines, ended, type Outcome, readOutcome } from '../../scripts/test/outcome.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'commonroot-outcome-'))
})
afterAll(() => rm(folder, { recursive: true }))

type FileReport = {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly tests: readonly string[]
}

async function outcomeOf(
  files: readonly FileReport[],
  options: { code?: number; filtered?: boolean } = {},
): Promise<Outcome> {
  const resultFile = path.join(folder, 'results.json')
  const testResults = files.map(({ name, status, message, tests }) => ({
    name: path.join(folder, name),
    status,
    message: message ?? '',
    assertionResults: tests.map((test, index) => ({ fullName: `test ${index}`, status: test })),
  }))
  await writeFile(resultFile, JSON.stringify({ testResults }))
  const failing = files.some(({ status }) => status === 'failed')
  const ending = { code: options.code ?? (failing ? 1 : 0), signal: null }
  return readOutcome({ resultFile, root: folder, ending, filtered: options.filtered ?? false })
}

const closing = (outcome: Outcome) => closingLines(outcome, []).at(-1)

describe('the outcome of a run', () => {
  it('counts passed and failed tests over all files', async () => {
    const outcome = await outcomeOf([
      { name: 'a', status: 'passed', tests: ['passed', 'passed'] },
      { name: 'b', status: 'failed', tests: ['failed', 'passed'] },
    ])
    expect(closing(outcome)).toBe('3 passed, 1 failed')
    expect(ended(outcome)).toBe(1)
  })

  it('is good only when tests ran and none failed', async () => {
    expect(ended(await outcomeOf([{ name: 'a', status: 'passed', tests: ['passed'] }]))).toBe(0)
    const nothing = await outcomeOf([])
    expect(closing(nothing)).toBe('0 passed, 0 failed')
    expect(ended(nothing)).toBe(1)
  })

  it('counts a file that does not load as one failed test and tells why', async () => {
    const outcome = await outcomeOf([
      { name: 'a', status: 'passed', tests: ['passed'] },
      { name: 'b', status: 'failed', message: 'Cannot find module\nat ...', tests: [] },
    ])
    expect(closing(outcome)).toBe('1 passed, 1 failed')
    expect(outcome.complaints).toEqual(['b: failed as a whole: Cannot find module'])
  })

  it('counts a skipped test as failed, unless a filter skipped it', async () => {
    const files = [{ name: 'a', status: 'passed', tests: ['passed', 'skipped', 'todo'] }]
    expect(closing(await outcomeOf(files))).toBe('1 passed, 2 failed')
    expect(closing(await outcomeOf(files, { filtered: true }))).toBe('1 passed, 0 failed')
  })

  it('counts an ending without success as failed when every test passed', async () => {
    const outcome = await outcomeOf([{ name: 'a', status: 'passed', tests: ['passed'] }], { code: 1 })
    expect(closing(outcome)).toBe('1 passed, 1 failed')
    expect(ended(outcome)).toBe(1)
  })

  it('is a failure when there is no report', () => {
    const outcome = readOutcome({
      resultFile: path.join(folder, 'none.json'),
      root: folder,
      ending: { code: null, signal: 'SIGKILL' },
      filtered: false,
    })
    expect(closing(outcome)).toBe('0 passed, 1 failed')
    expect(outcome.complaints).toEqual(['vitest wrote no report and ended with signal SIGKILL'])
  })

  it('names what was left out, with the reason, before the closing line', async () => {
    const outcome = await outcomeOf([{ name: 'a', status: 'passed', tests: ['passed'] }])
    expect(closingLines(outcome, [{ file: 'test/x.test.ts', reason: 'needs a card reader' }]).slice(-3)).toEqual([
      'excluded: test/x.test.ts: needs a card reader',
      'run: 1, excluded files: 1',
      '1 passed, 0 failed',
    ])
  })
})
