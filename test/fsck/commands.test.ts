import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/index.ts'
import { type Ended, ended, run, start } from '../api/cli/run.ts'
import { withClient } from '../postgres.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-commands-'))
const data = path.join(folder, 'data')
const postgres = path.join(data, 'postgres')
const backup = path.join(folder, 'ledger.backup')
afterAll(() => rmSync(folder, { recursive: true }))

type Sandbox = { readonly child: ChildProcess; readonly url: string; readonly end: Promise<Ended> }

/** Runs until it is told to stop; a sandbox that does not come up has ended. */
async function startSandbox(): Promise<Sandbox> {
  const child = start(['sandbox', '--data', data, '--port', '0', '--json'])
  const end = ended(child)
  const shown = new Promise<string>((resolve) => {
    let text = ''
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString()
      if (text.trimEnd().endsWith('}')) resolve(text)
    })
  })
  const text = await Promise.race([shown, end.then(({ stdout }) => stdout)])
  return { child, url: JSON.parse(text).url, end }
}

async function stopSandbox({ child, end }: Sandbox): Promise<void> {
  child.kill('SIGINT')
  await end
}

/** Statements in the stopped ledger's database, past everything. */
async function damage(chain: string, statement: string): Promise<void> {
  const server = await startEmbeddedPostgres({ folder: postgres })
  await withClient(server.connection, (sql) => sql.unsafe(`set search_path to "chain_${chain}"; ${statement}`))
  await server.stop()
}

let chain = ''
let pruned: Ended
let copied: Ended
let revoked: Ended
beforeAll(async () => {
  const sandbox = await startSandbox()
  pruned = await run(['prune', '--data', data, '--json'])
  copied = await run(['backup', '--data', data, '--out', backup, '--json'])
  const certificate = path.join(data, 'line', 'AUR-000042.pem')
  const signer = path.join(data, 'members', 'vendor-aurora.key')
  const words = ['certificate', 'revoke', certificate, '--reason', 'key-compromise', '--signer', signer, '--json']
  revoked = await run([...words, '--node', sandbox.url])
  await stopSandbox(sandbox)
  chain = JSON.parse(copied.stdout).chain
}, 120_000)
afterAll(() => discardEmbeddedPostgres({ folder: postgres }).catch(() => undefined))

describe('commonroot fsck', { timeout: 60_000 }, () => {
  it('is content with what a sandbox leaves, and says what it looked at', async () => {
    const { code, json } = await run(['fsck', '--data', data, '--json'])
    expect(json).toMatchObject({ count: 0, findings: [], checked: { blobs: 1000 } })
    expect(code).toBe(0)
  })

  it('names what is damaged with exit code 1, mends it with --repair, and is content then', async () => {
    await damage(chain, "delete from page where key = '\\x0102'")
    const found = await run(['fsck', '--data', data])
    expect(found.code).toBe(1)
    expect(found.stdout).toContain('can be mended  pages  records/2  it is missing\n')
    expect(found.stdout).toContain('1 found: 1 can be mended with --repair\n')
    const repaired = await run(['fsck', '--data', data, '--repair', '--json'])
    expect(repaired.json).toMatchObject({ findings: [{ check: 'pages', where: 'records/2', repaired: true }] })
    expect(repaired.code).toBe(0)
    expect((await run(['fsck', '--data', data])).stdout).toContain('all is well\n')
  })

  it('looks at a range of heights or of records alone', async () => {
    const heights = await run(['fsck', '--data', data, '--from-height', '1', '--to-height', '3', '--json'])
    expect(heights.json).toMatchObject({ checked: { blocks: 3 }, findings: [] })
    const records = await run(['fsck', '--data', data, '--records', 'pki/certificates', '--json'])
    expect(records.json).toMatchObject({ checked: { records: 1000 }, findings: [] })
    expect((await run(['fsck', '--data', data, '--records', 'pki'])).code).toBe(2)
  })

  it("keeps away from a folder that is no node's", async () => {
    const { code, json } = await run(['fsck', '--data', path.join(folder, 'nothing'), '--json'])
    expect(json).toMatchObject({ error: { code: 'cli.not-a-sandbox' } })
    expect(code).toBe(1)
  })
})

describe('commonroot prune', { timeout: 60_000 }, () => {
  it('moves what it may, beside a running node or without one, and says how much', async () => {
    expect(pruned).toMatchObject({
      code: 0,
      json: { blocks: 0, files: [], databaseBytes: { before: expect.any(Number) } },
    })
    const { code, stdout } = await run(['prune', '--data', data])
    expect(stdout).toMatch(/^nothing to archive; their tables have .* before, .* after\n$/)
    expect(code).toBe(0)
    const few = await run(['prune', '--data', data, '--keep', '31', '--json'])
    expect(few).toMatchObject({ code: 1, json: { error: { code: 'store.archive-keep' } } })
  })
})

describe('commonroot backup and restore', { timeout: 120_000 }, () => {
  it('copy a running node, once, and never its signing state', async () => {
    expect(copied).toMatchObject({ code: 0, json: { file: backup, height: expect.any(Number) } })
    expect(revoked.json).toMatchObject({ code: 'done' })
    const again = await run(['backup', '--data', data, '--out', backup, '--json'])
    expect(again.json).toMatchObject({ error: { code: 'cli.file-exists' } })
    const bytes = readFileSync(backup)
    for (const name of readdirSync(path.join(data, 'validator'))) {
      const secret = readFileSync(path.join(data, 'validator', name))
      expect(bytes.includes(secret.subarray(0, 64))).toBe(false)
    }
  })

  it('refuse to overwrite a chain, and a backup that is not there', async () => {
    const over = await run(['restore', '--data', data, '--from', backup, '--json'])
    expect(over.json).toMatchObject({ error: { code: 'fsck.not-empty' } })
    const missing = await run(['restore', '--data', data, '--from', path.join(folder, 'none'), '--json'])
    expect(missing).toMatchObject({ code: 2, json: { error: { code: 'cli.unreadable' } } })
  })

  it('an older backup restored over a revocation never makes the validator sign that it did not happen', async () => {
    const signingState = path.join(data, 'validator', 'signing-state')
    const before = readFileSync(signingState)
    await discardEmbeddedPostgres({ folder: postgres })
    const restored = await run(['restore', '--data', data, '--from', backup, '--json'])
    expect(restored).toMatchObject({ code: 0, json: { chain } })
    expect((await run(['fsck', '--data', data])).code).toBe(0)

    const refused = await run(['sandbox', '--data', data, '--port', '0', '--json'])
    expect(refused).toMatchObject({ code: 1, json: { error: { code: 'engine.behind-signing-state' } } })
    expect(readFileSync(signingState).equals(before)).toBe(true)
  })
})
