import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../postgres.ts'
import { startLossyProxy } from './lossy-proxy.ts'
import { regulatorPassphrase, startWorld, type World } from './world.ts'

const database = await testDatabase()
let world: World
beforeAll(async () => {
  world = await startWorld(database)
})
afterAll(() => world.stop())

const at = (...parts: string[]) => path.join(world.folder, ...parts)

/** Makes certificates in a folder of their own. */
async function issue(manufacturer: string, serial: string, count: number, out: string, chain = world.chain) {
  const words = ['device', 'issue', '--manufacturer', manufacturer, '--serial', serial, '--out', out, '--chain', chain]
  expect(await world.run([...words, '--count', String(count)])).toMatchObject({ code: 0 })
}

const publish = (signer: string, ...words: string[]) =>
  world.run(['certificate', 'publish', '--signer', world.key(signer), '--json', ...words])

describe('certificate publish', () => {
  it('publishes a folder once: the second time nothing has to change', async () => {
    await issue('vendor-a', 'A-001', 5, 'first')
    const first = await publish('vendor-a', 'first')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.json).toMatchObject({
      chain: world.chain,
      member: 'vendor-a',
      published: 5,
      unchanged: 0,
      refused: 0,
      repeated: 0,
    })
    expect(first.json).toMatchObject({
      items: [1, 2, 3, 4, 5].map((number) => ({
        file: `first/A-00${number}.pem`,
        index: 0,
        serial: `A-00${number}`,
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        code: 'done',
        message: 'done',
      })),
    })
    expect(await publish('vendor-a', 'first')).toMatchObject({ code: 0, json: { published: 0, unchanged: 5 } })
  })

  it('takes files, PEM bundles and DER together, each certificate once', async () => {
    await issue('vendor-a', 'B-1', 3, 'mixed')
    const pems = await Promise.all([1, 2, 3].map((number) => readFile(at('mixed', `B-${number}.pem`), 'utf8')))
    await writeFile(at('bundle.pem'), pems.join(''))
    await writeFile(at('one.der'), Buffer.from(pems[0]!.replace(/-----.*-----|\n/g, ''), 'base64'))
    const ended = await publish('vendor-a', 'bundle.pem', 'one.der', 'mixed')
    expect(ended).toMatchObject({ code: 0, json: { published: 3, repeated: 4 } })
    expect(ended.json).toMatchObject({ items: [0, 1, 2].map((index) => ({ file: 'bundle.pem', index })) })
  })

  it('gives each refused item its code, publishes its neighbours, and exits with 1', async () => {
    await issue('vendor-a', 'C-1', 1, 'refused')
    await issue('vendor-b', 'X-1', 1, 'refused')
    await issue('vendor-a', 'Y-1', 1, 'refused', 'elsewhere-01234567')
    await writeFile(at('refused', 'broken.pem'), 'no certificate')
    const good = await readFile(at('refused', 'C-1.pem'), 'utf8')
    const der = Buffer.from(good.replace(/-----.*-----|\n/g, ''), 'base64')
    der[der.length - 1]! ^= 1
    await writeFile(at('refused', 'Z-1.der'), der)
    const ended = await publish('vendor-a', 'refused')
    expect(ended).toMatchObject({ code: 1, json: { published: 1, refused: 4 } })
    const { items } = ended.json as {
      readonly items: readonly { readonly file: string; readonly code: string; readonly message: string }[]
    }
    expect(Object.fromEntries(items.map(({ file, code }) => [path.basename(file), code]))).toEqual({
      'C-1.pem': 'done',
      'X-1.pem': 'pki.not-manufacturer',
      'Y-1.pem': 'pki.other-chain',
      'Z-1.der': 'pki.self-signature',
      'broken.pem': 'certificate.file-form',
    })
    const messages = Object.fromEntries(items.map(({ file, message }) => [path.basename(file), message]))
    expect(messages['X-1.pem']).toContain('names manufacturer vendor-b, which')
    expect(messages['Y-1.pem']).toBe(`the certificate is made for chain elsewhere-01234567, this is ${world.chain}`)
    const told = await world.run(['certificate', 'publish', 'refused', '--signer', world.key('vendor-a')])
    expect(told.code).toBe(1)
    expect(told.stdout).toContain('refused/X-1.pem')
    expect(told.stdout).toContain('0 published, 1 published before, 4 refused')
  })

  it('has a transaction executed once when its answers are lost on the way', async () => {
    await issue('vendor-b', 'L-1', 2, 'lost')
    const proxy = await startLossyProxy(world.url, { lose: 2 })
    const words = ['certificate', 'publish', 'lost', '--signer', world.key('vendor-b'), '--json']
    const ended = await world.runAgainst(proxy.url, words)
    await proxy.stop()
    expect(proxy.lost).toBe(2)
    // A second execution would say that nothing had to change.
    expect(ended).toMatchObject({ code: 0, json: { published: 2, unchanged: 0 } })
  })

  it.each([
    ['a key of nobody', 'stranger', 1, 'cli.signer-unknown'],
    ['a file that is not there', 'missing', 2, 'holder.unreadable'],
  ])('refuses %s as signer', async (_, signer, code, error) => {
    expect(await publish(signer, 'first')).toMatchObject({ code, json: { error: { code: error } } })
  })

  it.each([
    ['a path that is not there', 'missing', 'cli.unreadable'],
    ['a folder without certificates', 'members', 'cli.no-certificates'],
  ])('takes %s for wrong usage', async (_, word, error) => {
    expect(await publish('vendor-a', word)).toMatchObject({ code: 2, json: { error: { code: error } } })
  })
})

describe('an encrypted signer', () => {
  const revoke = (words: readonly string[], env: Record<string, string> = {}) =>
    world.run(
      [
        'certificate',
        'revoke',
        'first/A-001.pem',
        '--reason',
        'key-compromise',
        '--signer',
        world.key('regulator'),
        '--json',
        ...words,
      ],
      { env },
    )

  it('is refused without the passphrase, and with a wrong one', async () => {
    expect(await revoke([])).toMatchObject({ code: 1, json: { error: { code: 'holder.passphrase-needed' } } })
    await writeFile(at('wrong'), 'not this one\n')
    expect(await revoke(['--passphrase-file', 'wrong'])).toMatchObject({
      code: 1,
      json: { error: { code: 'holder.wrong-passphrase' } },
    })
  })

  it('signs with the passphrase of a file or of the environment', async () => {
    await writeFile(at('right'), `${regulatorPassphrase}\n`)
    const byFile = await revoke(['--passphrase-file', 'right'])
    expect(byFile).toMatchObject({ code: 0, json: { code: 'done', fingerprint: expect.any(String) } })
    const byEnvironment = await revoke([], { COMMONROOT_PASSPHRASE: regulatorPassphrase })
    expect(byEnvironment).toMatchObject({ code: 0, json: { code: 'unchanged' } })
  })

  it('leaves unencrypted keys usable while the environment has a passphrase', async () => {
    const env = { COMMONROOT_PASSPHRASE: regulatorPassphrase }
    const words = ['certificate', 'publish', 'first', '--signer', world.key('vendor-a'), '--json']
    expect(await world.run(words, { env })).toMatchObject({ code: 0 })
  })
})

describe('certificate revoke and mass-revoke', () => {
  const unlocked = { env: { COMMONROOT_PASSPHRASE: regulatorPassphrase } }

  it("refuses another vendor's certificate and one that nobody published", async () => {
    const words = ['certificate', 'revoke', '--reason', 'unspecified', '--json', '--signer', world.key('vendor-b')]
    expect(await world.run([...words, 'first/A-002.pem'])).toMatchObject({
      code: 1,
      json: { code: 'pki.may-not-revoke', message: expect.stringContaining('the manufacturer vendor-a nor') },
    })
    expect(await world.run([...words, 'ab'.repeat(32)])).toMatchObject({
      code: 1,
      json: { code: 'pki.unknown-certificate', message: `no certificate ${'ab'.repeat(32)} has been published` },
    })
  })

  it('revokes what fits all conditions, and nothing else', async () => {
    const serials = ['--serial-from', 'A-002', '--serial-to', 'A-003']
    const words = ['certificate', 'mass-revoke', '--manufacturer', 'vendor-a', '--reason', 'key-compromise', '--json']
    const signer = ['--signer', world.key('regulator')]
    expect(await world.run([...words, ...signer, ...serials], unlocked)).toMatchObject({
      code: 0,
      json: { code: 'done', manufacturer: 'vendor-a' },
    })
    const verdictOf = async (serial: string) =>
      (await world.run(['certificate', 'status', `first/${serial}.pem`, '--json'])).json
    expect(await verdictOf('A-002')).toMatchObject({ verdict: 'revoked', code: 'certificate.mass-revoked' })
    expect(await verdictOf('A-003')).toMatchObject({ verdict: 'revoked' })
    expect(await verdictOf('A-004')).toMatchObject({ verdict: 'valid' })
  })

  it('refuses half a range, a range that falls, and a manufacturer that is no member', async () => {
    const words = ['certificate', 'mass-revoke', '--reason', 'unspecified', '--json', '--signer', world.key('vendor-a')]
    const revoke = async (...more: string[]) => world.run([...words, ...more])
    expect(await revoke('--manufacturer', 'vendor-a', '--serial-from', 'A-1')).toMatchObject({
      code: 2,
      json: { error: { code: 'cli.usage' } },
    })
    expect(await revoke('--manufacturer', 'vendor-a', '--serial-from', 'A-2', '--serial-to', 'A-1')).toMatchObject({
      code: 1,
      json: { error: { code: 'pki.serial-range' } },
    })
    expect(await revoke('--manufacturer', 'nobody')).toMatchObject({ code: 1 })
  })
})
