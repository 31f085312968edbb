import { mkdir, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, install, start } from './fixture.ts'

type Started = { readonly pid: number; readonly node: string; readonly argv: readonly string[]; readonly cwd: string }

const started = async (run: ReturnType<typeof start>) => JSON.parse(await run.line()) as Started

describe.each([
  ['a checkout', ''],
  ['a dependency of another project', 'node_modules/commonroot'],
])('the command of %s', (_, place) => {
  let at: Installation
  beforeAll(async () => {
    at = await install(place, true)
  })
  afterAll(() => rm(at.folder, { recursive: true }))

  it('runs the program under this Node when it is new enough, and ends with its code', async () => {
    const run = start([at.command, 'exit', '3'], at.folder)
    expect(await started(run)).toMatchObject({ node: process.versions.node, argv: ['exit', '3'] })
    expect(await run.end).toEqual({ code: 3, signal: null, errors: '' })
  })

  it('runs it under the pinned Node when this one is too old, and ends with its code', async () => {
    const run = start([...at.oldNode, at.command, 'exit', '5', '--a b'], at.folder)
    const told = await started(run)
    expect(told).toMatchObject({ argv: ['exit', '5', '--a b'], cwd: at.folder })
    expect(Number.parseInt(told.node, 10)).toBeGreaterThanOrEqual(26)
    expect(told.pid).not.toBe(run.child.pid)
    expect(await run.end).toEqual({ code: 5, signal: null, errors: '' })
  })

  it('works through a symlink and from any folder', async () => {
    const elsewhere = path.join(at.folder, 'elsewhere')
    await mkdir(elsewhere)
    await symlink(at.command, path.join(elsewhere, 'link'))
    const run = start([...at.oldNode, 'link', 'exit', '0'], elsewhere)
    expect(await started(run)).toMatchObject({ cwd: elsewhere })
    expect(await run.end).toEqual({ code: 0, signal: null, errors: '' })
  })
})

describe('the command under an old Node', () => {
  let at: Installation
  beforeAll(async () => {
    at = await install('', true)
  })
  afterAll(() => rm(at.folder, { recursive: true }))

  it('hands an interrupt of the terminal on once and waits for the program to end', async () => {
    const run = start([...at.oldNode, at.command, 'wait'], at.folder)
    await started(run)
    process.kill(-run.child.pid!, 'SIGINT')
    expect(JSON.parse(await run.line())).toEqual({ interrupts: 1 })
    expect(await run.end).toEqual({ code: 7, signal: null, errors: '' })
  })

  it('hands a termination on, and ends by the same signal', async () => {
    const run = start([...at.oldNode, at.command, 'sleep'], at.folder)
    const { pid } = await started(run)
    process.kill(run.child.pid!, 'SIGTERM')
    expect(await run.end).toEqual({ code: null, signal: 'SIGTERM', errors: '' })
    expect(isAlive(pid)).toBe(false)
  })

  it('ends by the signal that ended the program', async () => {
    const run = start([...at.oldNode, at.command, 'signal', 'SIGKILL'], at.folder)
    expect(await run.end).toEqual({ code: null, signal: 'SIGKILL', errors: '' })
  })

  it('takes the program with it when it is killed', async () => {
    const run = start([...at.oldNode, at.command, 'sleep'], at.folder)
    const { pid } = await started(run)
    process.kill(run.child.pid!, 'SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  })

  it('says in one sentence what is missing when there is no pinned Node, with exit code 2', async () => {
    const bare = await install('', false)
    const run = start([...bare.oldNode, bare.command, 'exit', '0'], bare.folder)
    const { code, errors } = await run.end
    await rm(bare.folder, { recursive: true })
    expect(code).toBe(2)
    expect(errors.trim().split('\n')).toEqual([
      expect.stringMatching(/needs Node 26 or newer.* 20\.20\.2 .*npm install/),
    ])
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
