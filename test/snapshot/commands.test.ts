/** The commands about snapshots as an operator types them, beside a node that goes on. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Genesis } from '../../src/chain/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { run } from '../api/cli/run.ts'
import { testDatabase } from '../postgres.ts'
import { ledgerWithCertificates, testFolder } from './exported.ts'
import { flipped } from './forging.ts'

const [database, target] = [await testDatabase(), await testDatabase()]
const { ledger } = await ledgerWithCertificates(database, 40)
afterAll(() => ledger.stop())
const folder = await testFolder()
const trust = join(folder, 'ledger.trust')
writeFileSync(trust, await ledger.node.trust())

function dataFolder(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'sandbox.json'), '{"kind":"commonroot-sandbox","format":1}\n')
  writeFileSync(join(path, 'genesis.cbor'), encodeAs(Genesis, ledger.genesis))
  return path
}

const [own, other] = [dataFolder('own'), dataFolder('other')]
let snapshot = ''

describe('commonroot snapshot', { timeout: 60_000 }, () => {
  it('exports the state of a running node, and lists it', async () => {
    const words = ['--data', own, '--json']
    const { code, json } = await run(['snapshot', 'export', ...words], { env: { DATABASE_URL: database } })
    expect(json).toMatchObject({ chunks: 2, entries: expect.any(Number), height: expect.any(Number) })
    expect(code).toBe(0)
    snapshot = (json as { path: string }).path
    const listed = await run(['snapshot', 'list', ...words])
    expect(listed.json).toMatchObject({ snapshots: [{ path: snapshot, chain: ledger.chain.id, chunks: 2 }] })
  })

  it('verifies it offline, with exit code 1 for one that was changed, and 2 for none', async () => {
    const words = ['snapshot', 'verify', snapshot, '--trust', trust]
    expect(await run(words)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^valid: height \d+, /) })
    const chunk = join(snapshot, 'chunk-00001')
    const sound = readFileSync(chunk)
    writeFileSync(chunk, flipped(sound, 1000))
    const found = await run([...words, '--json'])
    expect(found).toMatchObject({ code: 1, json: { error: { code: 'snapshot.chunk-damaged' } } })
    writeFileSync(chunk, sound)
    expect((await run(['snapshot', 'verify', folder, '--trust', trust])).code).toBe(2)
  })

  it('imports it into an empty database, once', async () => {
    const words = ['snapshot', 'import', snapshot, '--trust', trust, '--data', other, '--json']
    const env = { DATABASE_URL: target }
    expect(await run(words, { env })).toMatchObject({ code: 0, json: { chunks: 2 } })
    expect(await run(words, { env })).toMatchObject({ code: 1, json: { error: { code: 'snapshot.not-empty' } } })
    const checked = await run(['fsck', '--data', other, '--json'], { env })
    expect(checked).toMatchObject({ code: 0, json: { findings: [], checked: { blobs: 40 } } })
  })
})
