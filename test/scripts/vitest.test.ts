import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOutcome } from '../../scripts/test/outcome.ts'
import { isNewEnough } from '../../scripts/test/prerequisites.ts'
import { runVitest } from '../../scripts/test/vitest.ts'

const checkout = path.resolve(import.meta.dirname, '..', '..')
let root: string

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'commonroot-run-')))
  await symlink(path.join(checkout, 'node_modules'), path.join(root, 'node_modules'))
  const imports = "import { expect, it } from 'vitest'\n"
  await writeFile(path.join(root, 'good.test.ts'), `${imports}it('holds', () => expect(1).toBe(1))\n`)
  await writeFile(path.join(root, 'bad.test.ts'), `${imports}it('holds not', () => expect(1).toBe(2))\n`)
  await writeFile(path.join(root, 'unloadable.test.ts'), "import './nowhere.ts'\n")
  await writeFile(
    path.join(root, 'careless.test.ts'),
    `${imports}import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
it('leaves a process behind', () => {
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
  child.unref()
  writeFileSync('left.pid', String(child.pid))
})
`,
  )
})
afterAll(() => rm(root, { recursive: true }))

describe('a run of vitest', () => {
  const run = async (...files: readonly string[]) => {
    const resultFile = path.join(root, '.cache', 'results.json')
    const ending = await runVitest({ root, resultFile, arguments: files, output: 'ignore' })
    return readOutcome({ resultFile, root, ending, filtered: false })
  }

  it('is read back from its own report: passed, failed, and not loaded', async () => {
    const outcome = await run('good', 'bad', 'unloadable')
    expect(outcome).toMatchObject({ passed: 1, failed: 2 })
    expect(outcome.complaints).toEqual([expect.stringMatching(/^unloadable\.test\.ts: failed as a whole/)])
  })

  it('leaves no process behind, not even one in a session of its own', async () => {
    expect(await run('careless')).toMatchObject({ passed: 1, failed: 0 })
    const left = Number(await readFile(path.join(root, 'left.pid'), 'utf8'))
    await expect.poll(() => isRunning(left)).toBe(false)
  })
})

describe('the version of Go', () => {
  it.each(['go1.25', 'go1.25.3', 'go1.26rc1', 'go2.0'])('%s is new enough', (version) => {
    expect(isNewEnough(version)).toBe(true)
  })

  it.each(['go1.24.9', 'go0.30', 'devel +abc', ''])('%s is not', (version) => {
    expect(isNewEnough(version)).toBe(false)
  })
})

/** A process that ended but was not yet waited for has an empty command line. */
async function isRunning(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command !== ''
}
