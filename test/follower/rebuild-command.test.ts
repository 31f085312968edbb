import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { discardEmbeddedPostgres, followerSchemaOf, startEmbeddedPostgres } from '../../src/store/index.ts'
import { ended, run, start } from '../api/cli/run.ts'
import { withClient } from '../postgres.ts'
import { followedRows } from './following.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-follower-'))
const postgres = path.join(folder, 'data', 'postgres')
afterAll(async () => {
  await discardEmbeddedPostgres({ folder: postgres }).catch(() => undefined)
  rmSync(folder, { recursive: true })
})

/** What stands in the stopped sandbox's database, past everything. */
async function withDatabase<Result>(work: (connection: string) => Promise<Result>): Promise<Result> {
  const server = await startEmbeddedPostgres({ folder: postgres })
  try {
    return await work(server.connection)
  } finally {
    await server.stop()
  }
}

it('a sandbox keeps search indexes, and `follower rebuild` builds the same again', { timeout: 120_000 }, async () => {
  const data = path.join(folder, 'data')
  const sandbox = start(['sandbox', '--data', data, '--port', '0', '--json'])
  const end = ended(sandbox)
  const text = await new Promise<string>((resolve) => {
    let shown = ''
    sandbox.stdout?.on('data', (part: Buffer) => {
      shown += part.toString()
      if (shown.trimEnd().endsWith('}')) resolve(shown)
    })
  })
  const { url, chain }: { readonly url: string; readonly chain: string } = JSON.parse(text)
  const running = await run(['follower', 'rebuild', '--data', data, '--json'])
  expect(running).toMatchObject({ code: 1, json: { error: { code: 'cli.sandbox-running' } } })
  await expect
    .poll(async () => (await run(['search', 'certificates', '--state', 'revoked', '--json', '--node', url])).json, {
      timeout: 30_000,
    })
    .toMatchObject({ certificates: [{ serial: 'AUR-000007', verdict: 'revoked' }] })
  await expect
    .poll(async () => (await run(['follower', 'status', '--json', '--node', url])).json, { timeout: 30_000 })
    .toMatchObject({ follower: { projections: [{ from: 0 }] } })
  sandbox.kill('SIGINT')
  await end

  const before = await withDatabase(async (connection) => {
    const rows = await followedRows(chain, connection)
    await withClient(
      connection,
      (sql) => sql`
      update ${sql(followerSchemaOf(chain))}.pki_certificate set model = 'damaged'`,
    )
    return rows
  })
  expect(before).toHaveLength(1001)
  const rebuilt = await run(['follower', 'rebuild', '--data', data])
  expect(rebuilt).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pki: built from blocks 0 to \d+\n$/) })
  expect(await withDatabase((connection) => followedRows(chain, connection))).toEqual(before)
})
