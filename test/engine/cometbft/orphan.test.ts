import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { followAll, until } from '../following.ts'
import { openLoneNode } from './lone-node.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-orphan-'))
let binary: string
beforeAll(() => {
  binary = installCometbft()
}, buildTimeout)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process that has ended but was not waited for still has an id, in state Z. */
function isRunning(processId: number): boolean {
  const file = `/proc/${processId}/stat`
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'))
}

async function goesOn(): Promise<void> {
  const { engine, application } = await openLoneNode(folder, binary)
  const failures: unknown[] = []
  const { height } = await application.info()
  await engine.start(application, (error) => failures.push(error))
  await engine.submit(utf8(`height-${height}=1`))
  await until('the pair', () => application.entries.has(`height-${height}`))
  await followAll(engine, 1n, (await application.info()).height)
  await engine.stop()
  expect(failures).toEqual([])
}

describe('a node that is killed', () => {
  it('takes its CometBFT with it, and the next one goes on with the same chain', async () => {
    const program = new URL('lone-node.ts', import.meta.url).pathname
    const node = spawn(process.execPath, [program, folder, binary], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(node, 'exit')
    await Promise.race([once(node.stdout, 'data'), ended])
    const child = Number(readFileSync(join(folder, 'cometbft', 'cometbft.pid'), 'utf8'))
    expect(isRunning(child)).toBe(true)
    node.kill('SIGKILL')
    await ended
    await until('the end of CometBFT', () => !isRunning(child))
    await goesOn()
  })

  it('may leave a CometBFT that still waits for it: the next node ends that first', async () => {
    const { home } = await openLoneNode(folder, binary)
    const leftover = spawn(binary, ['start', '--home', home], { stdio: 'ignore' })
    const ended = once(leftover, 'exit')
    writeFileSync(join(home, 'cometbft.pid'), String(leftover.pid))
    await goesOn()
    expect((await ended)[1]).toBe('SIGKILL')
  })

  it('does not end a stranger that has got the id of its CometBFT', async () => {
    const { home } = await openLoneNode(folder, binary)
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
    writeFileSync(join(home, 'cometbft.pid'), String(stranger.pid))
    await goesOn()
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    stranger.kill()
  })
})
