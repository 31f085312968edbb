import { afterAll, describe, expect, it } from 'vitest'
import { createServer } from '../../../api/http/index.ts'
import { projections } from '../../../api/projections.ts'
import { Follower } from '../../../src/follower/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'
import { testDatabase } from '../../postgres.ts'
import { run } from './run.ts'

const vendor = testMember('vendor-a', ['vendor'])
const database = await testDatabase()
const ledger = await startTestLedger({ database, members: [vendor] })
const follower = Follower.start({ chain: ledger.chain, connection: database, projections })
const server = createServer({ node: ledger.node, follower })
const plain = createServer({ node: ledger.node })
const url = await server.listen(0)
const plainUrl = await plain.listen(0)
afterAll(async () => {
  await Promise.all([server.close(), plain.close()])
  await follower.stop()
  await ledger.stop()
})

const devices = await Promise.all(
  Array.from({ length: 130 }, (_, index) =>
    testDevice(ledger.chain.id, vendor.id, `A${1000 + index}`, { model: index === 3 ? 'rare' : 'cell-1' }),
  ),
)
const { height } = await ledger.submit(
  [['pki', 'publish', devices.map(({ certificate }) => ({ certificate }))]],
  [vendor.signer],
)
await follower.followed(height)

const search = (words: readonly string[], node = url) => run(['search', 'certificates', ...words, '--node', node])

describe('commonroot search certificates', { timeout: 60_000 }, () => {
  it('shows what fits, and what the answer is worth', async () => {
    const { code, stdout } = await search(['--model', 'rare', '--firmware', '1.0.0', '--state', 'valid'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^SERIAL +MANUFACTURER +MODEL +BATCH +FIRMWARE +EXPIRES +VERDICT +FINGERPRINT\n/)
    expect(stdout).toMatch(/\nA1003 +vendor-a +rare +b1 +1\.0\.0 +\S+Z +valid +[0-9a-f]{64}\n/)
    expect(stdout).toMatch(
      /\n1 found; index of blocks 0 to \d+, .*every row verified by the node, completeness claimed\n$/,
    )
  })

  it('walks as many pages as are wanted', async () => {
    const { json } = await search(['--manufacturer', 'vendor-a', '--limit', '120', '--json'])
    expect(json).toMatchObject({ more: true, rows: 'verified', completeness: 'claimed' })
    const { certificates } = json as { readonly certificates: readonly { readonly serial: string }[] }
    expect(certificates.map(({ serial }) => serial)).toEqual(devices.slice(0, 120).map(({ serial }) => serial))
    expect((await search(['--limit', '1000', '--json'])).json).toMatchObject({ more: false })
  })

  it('takes times in ISO 8601', async () => {
    expect((await search(['--expires-before', '2020-01-01', '--json'])).json).toMatchObject({ certificates: [] })
  })

  it.each([
    [['--state', 'expired'], 2, 'cli.usage'],
    [['--firmware', '1.x'], 2, 'cli.usage'],
    [['--expires-from', 'soon'], 2, 'cli.usage'],
    [['--limit', '0'], 2, 'cli.usage'],
    [['--serial', "a'b"], 1, 'api.invalid-request'],
    [['--expires-from', '2020-01-02', '--expires-before', '2020-01-01'], 1, 'search.expiry-range'],
  ])('refuses %j', async (words, code, error) => {
    const ended = await search([...words, '--json'])
    expect(ended).toMatchObject({ code, json: { error: { code: error } } })
  })

  it('says when the node keeps no indexes', async () => {
    const ended = await search(['--json'], plainUrl)
    expect(ended).toMatchObject({ code: 1, json: { error: { code: 'follower.off' } } })
  })
})

describe('commonroot follower status', { timeout: 60_000 }, () => {
  it('shows how far the indexes are', async () => {
    const { code, stdout } = await run(['follower', 'status', '--node', url])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^follower {2}(current|\d+ blocks and [\d.]+ s behind), the newest block is \d+\n/)
    expect(stdout).toMatch(/\npki +version 1, blocks 0 to \d+\n/)
    const { stdout: none } = await run(['follower', 'status', '--node', plainUrl])
    expect(none).toBe('this node keeps no search indexes\n')
  })
})
