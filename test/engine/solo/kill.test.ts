import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { followAll, until } from '../following.ts'
import { openKilledChain } from './killed-chain.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-killed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rounds = 12

it('a process that is killed at any moment leaves one chain without a gap or a second header', async () => {
  const program = new URL('killed-chain.ts', import.meta.url).pathname
  let errors = ''
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    const ended = once(child, 'exit')
    await Promise.race([once(child.stdout, 'data'), ended])
    await new Promise((resolve) => setTimeout(resolve, 20 + 17 * round))
    child.kill('SIGKILL')
    await ended
  }
  expect(errors).toBe('')

  const { engine, application } = openKilledChain(folder)
  const { height } = await application.info()
  expect(height).toBeGreaterThan(BigInt(rounds))
  await engine.start(application, (error) => {
    errors += String(error)
  })
  await until('two more blocks', async () => (await engine.status()).height >= height + 2n)
  await followAll(engine, 1n, height + 2n)
  await engine.stop()
  expect(errors).toBe('')
}, 40_000)
