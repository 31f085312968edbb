import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectFolder, resetFolder, takeFolder } from '../../../api/sandbox/data-folder.ts'
import { layoutOf } from '../../../api/sandbox/layout.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'commonroot-data-'))
})
afterEach(() => rm(folder, { recursive: true }))

const running = expect.objectContaining({ code: 'cli.sandbox-running' })

describe('the data folder', () => {
  it('is taken by one at a time, and kept from others', async () => {
    await chmod(folder, 0o755)
    const layout = layoutOf(folder)
    const lock = await takeFolder(layout)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await expect(takeFolder(layout)).rejects.toEqual(running)
    await expect(resetFolder(folder)).rejects.toEqual(running)
    lock.release()
    const again = await takeFolder(layout)
    again.release()
  })

  it('is taken by exactly one of many who find the lock of a dead process', async () => {
    const layout = layoutOf(folder)
    const lock = await takeFolder(layout)
    lock.release()
    await writeFile(layout.lock, JSON.stringify({ processId: process.pid, started: 'before this one was born' }))
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => takeFolder(layout)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(readdirSync(folder).sort()).toEqual(['lock', 'sandbox.json'])
  })

  it('is free when its owner was killed and nobody has waited for it yet', async () => {
    const layout = layoutOf(folder)
    const lock = await takeFolder(layout)
    lock.release()
    // The shell becomes a program that never waits: its child stays a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line] = await once(parent.stdout, 'data')
      const processId = Number(String(line).trim())
      const fields = () => readFileSync(`/proc/${processId}/stat`, 'latin1').split(') ')[1]!.split(' ')
      await expect.poll(() => fields()[0], { timeout: 5000 }).toBe('Z')
      await writeFile(layout.lock, JSON.stringify({ processId, started: fields()[19] }))
      const taken = await takeFolder(layout)
      taken.release()
    } finally {
      parent.kill('SIGKILL')
    }
  })

  it('is usable again after a start that was cut off at any point', async () => {
    const layout = layoutOf(folder)
    await writeFile(layout.lock, '{ "processId": 1')
    await writeFile(path.join(folder, '.sandbox.json.0011aabb.new'), '')
    await expect(inspectFolder(layout)).resolves.toBeUndefined()
    const lock = await takeFolder(layout)
    lock.release()
  })

  it('is emptied by a reset, even when its database has been removed', async () => {
    const layout = layoutOf(folder)
    const lock = await takeFolder(layout)
    lock.release()
    await writeFile(layout.genesis, 'old')
    await mkdir(layout.postgres)
    await symlink('/var/tmp/commonroot-gone', path.join(layout.postgres, 'elsewhere'))
    await resetFolder(folder)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['no JSON', 'sandbox', 'cli.not-a-sandbox'],
    ['of another program', '{"kind":"other","format":1}', 'cli.not-a-sandbox'],
    ['of another release', '{"kind":"commonroot-sandbox","format":2}', 'cli.other-release'],
  ])('is refused when its mark is %s', async (_, mark, code) => {
    await writeFile(path.join(folder, 'sandbox.json'), mark)
    await writeFile(path.join(folder, 'precious'), '')
    await expect(resetFolder(folder)).rejects.toMatchObject({ code })
    expect(existsSync(path.join(folder, 'precious'))).toBe(true)
  })
})
