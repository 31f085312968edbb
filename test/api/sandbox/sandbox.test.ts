import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discardEmbeddedPostgres } from '../../../src/store/index.ts'
import { testDatabase } from '../../postgres.ts'
import { type Ended, ended, run, shellCommand, start } from '../cli/run.ts'

type Report = {
  readonly chain: string
  readonly url: string
  readonly issued: number
  readonly published: number
  readonly verdicts: readonly { readonly serial: string; readonly verdict: string; readonly proofBytes: number }[]
}

const verdicts = [
  { serial: 'AUR-000001', verdict: 'valid', code: 'certificate.valid' },
  { serial: 'AUR-000007', verdict: 'revoked', code: 'certificate.revoked' },
  { serial: 'AUR-009999', verdict: 'never-published', code: 'certificate.never-published' },
]

const database = await testDatabase()
let folder: string
let data: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'commonroot-sandbox-'))
  data = path.join(folder, 'data')
})
afterAll(async () => {
  // The database may lie elsewhere, if the user that runs it cannot enter this folder.
  await discardEmbeddedPostgres({ folder: path.join(data, 'postgres') })
  await rm(folder, { recursive: true })
})

const sandbox = (...words: string[]) => start(['sandbox', '--data', data, '--port', '0', ...words], { cwd: folder })

/** Waits until a stream has said something. */
function said(stream: NodeJS.ReadableStream | null, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream?.on('data', (part: Buffer) => {
      text += part.toString()
      if (pattern.test(text)) resolve(text)
    })
    stream?.once('end', () => reject(new Error(`it never said ${pattern}: ${text}`)))
  })
}

/** A sandbox that is up: its report, and its end when `signal` is sent. */
async function up(): Promise<{
  readonly report: Report
  readonly child: ChildProcess
  stop(signal: NodeJS.Signals): Promise<Ended>
}> {
  const child = sandbox('--json')
  const end = ended(child)
  const report = JSON.parse(await said(child.stdout, /^\}$/m)) as Report
  return {
    report,
    child,
    stop: (signal) => {
      child.kill(signal)
      return end
    },
  }
}

const heightsOf = async (url: string) => {
  const show = async (serial: string) =>
    (await run(['certificate', 'show', path.join(data, 'line', `${serial}.pem`), '--node', url, '--json'])).json
  return [await show('AUR-000001'), await show('AUR-000007'), await show('AUR-001000')].map(
    (shown) => (shown as { readonly states: unknown }).states,
  )
}

describe('a sandbox, in the order of its life', { timeout: 120_000 }, () => {
  let first: Report
  let states: unknown

  it('can be killed while its line works', async () => {
    const child = sandbox()
    await said(child.stderr, /ledger/)
    await expect
      .poll(() => existsSync(path.join(data, 'line')) && readdirSync(path.join(data, 'line')).length, {
        timeout: 30_000,
      })
      .toBeGreaterThan(100)
    child.kill('SIGKILL')
    expect((await ended(child)).code).toBeNull()
  })

  it('goes on from there: makes what is missing, publishes all, and gives the three verdicts', async () => {
    const { report, stop } = await up()
    first = report
    expect(report).toMatchObject({ chain: expect.stringMatching(/^sandbox-[0-9a-f]{8}$/), published: 1000, verdicts })
    expect(report.issued).toBeLessThan(1000)
    for (const { proofBytes } of report.verdicts) expect(proofBytes).toBeLessThan(2048)
    states = await heightsOf(report.url)
    const { code, stderr } = await stop('SIGTERM')
    expect({ code, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: 'Stopping.' })
  })

  it('keeps its keys to its owner', async () => {
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    const keys = readdirSync(path.join(data, 'members'))
    expect(keys).toEqual(
      ['ca-meridian', 'operator-north', 'operator-south', 'regulator', 'vendor-aurora', 'vendor-borealis'].map(
        (member) => `${member}.key`,
      ),
    )
    for (const key of keys) expect((await stat(path.join(data, 'members', key))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(path.join(data, 'genesis.json'), 'utf8'))).toMatchObject({ chain: first.chain })
  })

  it('publishes nothing new the second time, and refuses a twin meanwhile', async () => {
    const { report, child, stop } = await up()
    expect(report).toMatchObject({ chain: first.chain, issued: 0, published: 0, verdicts })
    expect(await heightsOf(report.url)).toEqual(states)
    const twin = await ended(sandbox('--json'))
    expect(twin).toMatchObject({ code: 1, json: { error: { code: 'cli.sandbox-running' } } })
    const resetting = await ended(sandbox('--reset'))
    expect(resetting.stderr).toBe(
      `error: process ${child.pid} runs a sandbox in ${data} already (cli.sandbox-running)\n`,
    )
    expect(await stop('SIGINT')).toMatchObject({ code: 0 })
    expect(existsSync(path.join(data, 'lock'))).toBe(false)
  })

  it('suggests commands that work when they are pasted', async () => {
    const child = sandbox()
    const end = ended(child)
    const text = await said(child.stdout, /Ctrl-C/)
    const commands = text.split('\n').flatMap((line) => /^ {2}npx commonroot (.*)$/.exec(line)?.slice(1) ?? [])
    expect(commands).toHaveLength(6)
    for (const words of commands) {
      const shell = spawn('sh', ['-c', shellCommand(words)], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
      expect(await ended(shell), words).toMatchObject({ code: 0, stderr: '' })
    }
    child.kill('SIGINT')
    expect(await end).toMatchObject({ code: 0 })
  })

  it('survives a kill while it runs', async () => {
    const before = await up()
    await before.stop('SIGKILL')
    const after = await up()
    expect(after.report).toMatchObject({ chain: first.chain, published: 0, verdicts })
    await after.stop('SIGTERM')
  })

  it('ends when nobody reads its output any more', async () => {
    const child = sandbox('--json')
    await said(child.stderr, /database/)
    child.stdout?.destroy()
    await new Promise((resolve) => child.once('exit', resolve))
    expect(child.exitCode).toBe(0)
  })

  it('begins anew with --reset: another chain, other keys', async () => {
    const child = sandbox('--json', '--reset')
    const end = ended(child)
    await said(child.stderr, /ledger/)
    child.kill('SIGINT')
    expect(await end).toMatchObject({ code: 0 })
    const { chain } = JSON.parse(readFileSync(path.join(data, 'genesis.json'), 'utf8')) as Report
    expect(chain).not.toBe(first.chain)
  })
})

describe('a sandbox on the server of DATABASE_URL', { timeout: 120_000 }, () => {
  it('brings no Postgres of its own, and goes on where it was', async () => {
    const elsewhere = path.join(folder, 'served')
    for (const published of [1000, 0]) {
      const child = start(['sandbox', '--data', elsewhere, '--port', '0', '--json'], {
        env: { DATABASE_URL: database },
      })
      const end = ended(child)
      expect(JSON.parse(await said(child.stdout, /^\}$/m))).toMatchObject({ published, verdicts })
      child.kill('SIGTERM')
      expect(await end).toMatchObject({ code: 0 })
    }
    expect(existsSync(path.join(elsewhere, 'postgres'))).toBe(false)
  })
})

describe('what a sandbox refuses before it starts anything', () => {
  it('is a port that is in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const fresh = path.join(folder, 'fresh')
    const { code, stderr } = await run(['sandbox', '--data', fresh, '--port', String(port)])
    await new Promise((resolve) => server.close(resolve))
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: port ${port} of 127.0.0.1 is in use by another program (cli.port-busy)\n`,
    })
    expect(existsSync(fresh)).toBe(false)
  })

  it('is a folder of somebody else, also with --reset', async () => {
    const foreign = path.join(folder, 'foreign')
    await mkdir(foreign)
    await writeFile(path.join(foreign, 'thesis.txt'), 'years of work')
    for (const words of [[], ['--reset']]) {
      const refused = await run(['sandbox', '--data', foreign, '--port', '0', '--json', ...words])
      expect(refused).toMatchObject({ code: 1, json: { error: { code: 'cli.not-a-sandbox' } } })
    }
    expect(readdirSync(foreign)).toEqual(['thesis.txt'])
  })

  it('is a folder of another release', async () => {
    const newer = path.join(folder, 'newer')
    await mkdir(newer)
    await writeFile(path.join(newer, 'sandbox.json'), '{ "kind": "commonroot-sandbox", "format": 99 }')
    expect(await run(['sandbox', '--data', newer, '--port', '0', '--json'])).toMatchObject({
      code: 1,
      json: { error: { code: 'cli.other-release' } },
    })
  })
})
