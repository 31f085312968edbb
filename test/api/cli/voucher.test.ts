import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeVoucher, voucherFromText } from '../../../pki/voucher/index.ts'
import { testDatabase } from '../../postgres.ts'
import { startLossyProxy } from './lossy-proxy.ts'
import { startWorld, type World } from './world.ts'

const database = await testDatabase()
let world: World
beforeAll(async () => {
  world = await startWorld(database)
  const words = ['device', 'issue', '--manufacturer', 'vendor-a', '--serial', 'A-001', '--count', '6', '--out', 'cells']
  expect(await world.run(words)).toMatchObject({ code: 0 })
})
afterAll(() => world.stop())

const at = (...parts: string[]) => path.join(world.folder, ...parts)
const issue = (out: string, changes: readonly string[] = [], range = ['A-001', 'A-004']) => {
  const words = ['voucher', 'issue', '--manufacturer', 'vendor-a', '--out', out, '--json']
  const serials = ['--serial-from', range[0]!, '--serial-to', range[1]!]
  return world.run([...words, ...serials, ...(changes.length > 0 ? changes : ['--hours', '1', ...signer()])])
}
const signer = (member = 'vendor-a') => ['--signer', world.key(member)]
const submit = (serial: string, voucher: string) =>
  world.run(['certificate', 'submit', `cells/${serial}.pem`, '--voucher', voucher, '--json'])

describe('voucher issue and certificate submit', () => {
  it('publish without any key of a member, once', async () => {
    const issued = await issue('lot.voucher')
    expect(issued).toMatchObject({
      code: 0,
      stderr: '',
      json: {
        file: 'lot.voucher',
        chain: world.chain,
        manufacturer: 'vendor-a',
        serialFrom: 'A-001',
        serialTo: 'A-004',
      },
    })
    const text = await readFile(at('lot.voucher'), 'utf8')
    expect(text).toMatch(/^[A-Za-z0-9_-]{1,2048}\n$/)
    expect((await stat(at('lot.voucher'))).mode & 0o777).toBe(0o600)
    const first = await submit('A-001', 'lot.voucher')
    expect(first).toMatchObject({ code: 0, json: { code: 'done', height: expect.any(Number) } })
    expect(await submit('A-001', 'lot.voucher')).toMatchObject({ code: 0, json: { code: 'unchanged' } })
    const status = await world.run(['certificate', 'status', 'cells/A-001.pem', '--json'])
    expect(status.json).toMatchObject({ verdict: 'valid' })
  })

  it('is what curl does with the text of the file', async () => {
    const text = (await readFile(at('lot.voucher'), 'utf8')).trimEnd()
    const pem = await readFile(at('cells', 'A-002.pem'), 'utf8')
    const answer = await fetch(`${world.url}/v1/certificates`, {
      method: 'POST',
      headers: { 'content-type': 'application/pkix-cert', 'commonroot-voucher': text },
      body: Buffer.from(pem.replace(/-----.*-----|\n/g, ''), 'base64'),
    })
    expect(await answer.json()).toMatchObject({ code: 'done' })
  })

  it('repeats a submission whose answer was lost: it is published once', async () => {
    const proxy = await startLossyProxy(world.url, { lose: 2 })
    const words = ['certificate', 'submit', 'cells/A-003.pem', '--voucher', 'lot.voucher', '--json']
    const ended = await world.runAgainst(proxy.url, words)
    await proxy.stop()
    expect(proxy.lost).toBe(2)
    expect(ended).toMatchObject({ code: 0, json: { code: 'unchanged' } })
  })

  it('takes a time instead of hours, and a chain instead of a node', async () => {
    const changes = ['--expires', '2040-01-01', '--chain', world.chain, ...signer()]
    expect(
      await world.runAgainst('http://127.0.0.1:1', [
        ...['voucher', 'issue', '--manufacturer', 'vendor-a', '--serial-from', 'A-004', '--serial-to', 'A-004'],
        ...['--out', 'far.voucher', '--json', ...changes],
      ]),
    ).toMatchObject({ code: 0, json: { expires: '2040-01-01T00:00:00.000Z' } })
    const voucher = decodeVoucher(voucherFromText((await readFile(at('far.voucher'), 'utf8')).trimEnd()))
    expect(voucher).toMatchObject({ serials: { from: 'A-004', to: 'A-004' }, expires: 2_208_988_800_000n })
    expect(await submit('A-004', 'far.voucher')).toMatchObject({ code: 0, json: { code: 'done' } })
  })

  it.each<[string, () => readonly string[], string[] | undefined, number, string]>([
    ['neither hours nor a time', () => signer(), undefined, 2, 'cli.usage'],
    ['both', () => ['--hours', '1', '--expires', '2040-01-01', ...signer()], undefined, 2, 'cli.usage'],
    ['a range that falls', () => ['--hours', '1', ...signer()], ['A-004', 'A-001'], 1, 'voucher.malformed'],
    ['serials of two lengths', () => ['--hours', '1', ...signer()], ['A-1', 'A-10'], 1, 'voucher.malformed'],
    ['a key of another member', () => ['--hours', '1', ...signer('vendor-b')], undefined, 1, 'voucher.wrong-key'],
    ['a key of nobody', () => ['--hours', '1', ...signer('stranger')], undefined, 1, 'cli.signer-unknown'],
    [
      'one key twice',
      () => ['--hours', '1', '--signer', world.key('vendor-a'), world.key('vendor-a')],
      undefined,
      1,
      'voucher.malformed',
    ],
  ])('issue nothing with %s', async (_, changes, range, code, error) => {
    expect(await issue('none.voucher', changes(), range)).toMatchObject({ code, json: { error: { code: error } } })
    await expect(stat(at('none.voucher'))).rejects.toThrow('ENOENT')
  })

  it('publish nothing outside the range, or with a file that is no voucher', async () => {
    expect(await submit('A-005', 'lot.voucher')).toMatchObject({
      code: 1,
      json: { error: { code: 'voucher.outside-range', message: expect.stringContaining('A-005') } },
    })
    await writeFile(at('odd.voucher'), 'no voucher\n')
    expect(await submit('A-005', 'odd.voucher')).toMatchObject({
      code: 1,
      json: { error: { code: 'voucher.malformed' } },
    })
    expect(await submit('A-005', 'missing.voucher')).toMatchObject({
      code: 2,
      json: { error: { code: 'cli.unreadable' } },
    })
  })
})
