import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, run, start } from './run.ts'

const chain = 'offline-01234567'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'commonroot-issue-'))
})
afterAll(() => rm(folder, { recursive: true }))

const issue = (out: string, ...words: string[]) =>
  run(['device', 'issue', '--manufacturer', 'vendor-a', '--chain', chain, '--out', out, ...words], { cwd: folder })

const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

describe('device issue', () => {
  it('counts serials up at constant width and makes what openssl reads', async () => {
    const ended = await issue('ten', '--serial', 'SN-0098', '--count', '4', '--model', 'cell', '--json')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const serials = ['SN-0098', 'SN-0099', 'SN-0100', 'SN-0101']
    expect(ended.json).toEqual({
      chain,
      passphraseFile: 'ten/passphrase',
      devices: serials.map((serial) => ({
        serial,
        certificate: `ten/${serial}.pem`,
        key: `ten/${serial}.key`,
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      })),
    })
    expect((await readdir(path.join(folder, 'ten'))).sort()).toEqual(
      [...serials.flatMap((serial) => [`${serial}.key`, `${serial}.pem`]), 'passphrase'].sort(),
    )
    const subject = openssl('x509', '-in', 'ten/SN-0100.pem', '-noout', '-subject')
    expect(subject).toMatch(/O ?= ?vendor-a.*serialNumber ?= ?SN-0100/)
    const certified = openssl('x509', '-in', 'ten/SN-0100.pem', '-noout', '-pubkey')
    const held = openssl('pkey', '-in', 'ten/SN-0100.key', '-passin', 'file:ten/passphrase', '-pubout')
    expect(held).toBe(certified)
    expect(openssl('verify', '-check_ss_sig', '-CAfile', 'ten/SN-0100.pem', 'ten/SN-0100.pem')).toContain('OK')
  })

  it('refuses a manufacturer that can be no member, before anything is made', async () => {
    for (const id of ['Vendor A', 'vendor_a', '-a', 'a'.repeat(33)]) {
      const words = ['device', 'issue', `--manufacturer=${id}`, '--chain', chain, '--serial', 'S1', '--out', 'nobody']
      const ended = await run([...words, '--json'], { cwd: folder })
      expect(ended, id).toMatchObject({ code: 2, json: { error: { code: 'cli.usage' } } })
    }
    expect(existsSync(path.join(folder, 'nobody'))).toBe(false)
  })

  it('keeps keys and passphrase to their owner', async () => {
    for (const name of ['ten/SN-0098.key', 'ten/passphrase']) {
      expect((await stat(path.join(folder, name))).mode & 0o777, name).toBe(0o600)
    }
    expect(await readFile(path.join(folder, 'ten/SN-0098.key'), 'utf8')).toMatch(
      /^-----BEGIN ENCRYPTED PRIVATE KEY-----/,
    )
  })

  it('overwrites nothing, and then makes nothing either', async () => {
    const ended = await issue('ten', '--serial', 'SN-0101', '--count', '2')
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toBe('error: ten/SN-0101.pem exists already, and nothing is overwritten (cli.file-exists)\n')
    expect(await readdir(path.join(folder, 'ten'))).not.toContain('SN-0102.key')
  })

  it('uses the passphrase that the folder has from an earlier order', async () => {
    const before = await readFile(path.join(folder, 'ten/passphrase'), 'utf8')
    expect(await issue('ten', '--serial', 'SN-0500', '--algorithm', 'EdDSA')).toMatchObject({ code: 0 })
    expect(await readFile(path.join(folder, 'ten/passphrase'), 'utf8')).toBe(before)
    expect(openssl('pkey', '-in', 'ten/SN-0500.key', '-passin', 'file:ten/passphrase', '-noout', '-text')).toContain(
      'ED25519',
    )
  })

  it('takes the passphrase from a file or the environment, never leaving it behind', async () => {
    await writeFile(path.join(folder, 'secret'), 'from a file 123\nsecond line\n')
    expect(await issue('filed', '--serial', 'F1', '--passphrase-file', 'secret')).toMatchObject({ code: 0, stderr: '' })
    const env = { COMMONROOT_PASSPHRASE: 'from the environment' }
    const words = [
      'device',
      'issue',
      '--manufacturer',
      'vendor-a',
      '--chain',
      chain,
      '--serial',
      'E1',
      '--out',
      'environed',
    ]
    expect(await run(words, { cwd: folder, env })).toMatchObject({ code: 0 })
    openssl('pkey', '-in', 'filed/F1.key', '-passin', 'pass:from a file 123', '-noout')
    openssl('pkey', '-in', 'environed/E1.key', '-passin', 'pass:from the environment', '-noout')
    expect(await readdir(path.join(folder, 'environed'))).toEqual(['E1.key', 'E1.pem'])
  })

  it('refuses another passphrase than the one of the keys that are there', async () => {
    await writeFile(path.join(folder, 'other'), 'something else\n')
    const ended = await issue('filed', '--serial', 'F2', '--passphrase-file', 'other', '--json')
    expect(ended).toMatchObject({ code: 1, json: { error: { code: 'holder.wrong-passphrase' } } })
    expect(await readdir(path.join(folder, 'filed'))).toEqual(['F1.key', 'F1.pem'])
  })

  it('makes names that a file system takes of serials with slashes', async () => {
    expect(await issue('slashed', '--serial', 'LOT/7-1', '--count', '2')).toMatchObject({ code: 0 })
    expect(openssl('x509', '-in', 'slashed/LOT_7-2.pem', '-noout', '-subject')).toContain('LOT/7-2')
  })

  it('goes on with a key whose certificate was never written', async () => {
    expect(await issue('cut', '--serial', 'C1')).toMatchObject({ code: 0 })
    const key = await readFile(path.join(folder, 'cut/C1.key'), 'utf8')
    await rm(path.join(folder, 'cut/C1.pem'))
    expect(await issue('cut', '--serial', 'C1')).toMatchObject({ code: 0 })
    expect(await readFile(path.join(folder, 'cut/C1.key'), 'utf8')).toBe(key)
  })

  it('leaves whole devices only when it is interrupted', async () => {
    const words = ['device', 'issue', '--manufacturer', 'vendor-a', '--chain', chain, '--out', 'stopped']
    const child = start([...words, '--serial', 'I-00001', '--count', '50000', '--json'], { cwd: folder })
    const names = () => (existsSync(path.join(folder, 'stopped')) ? readdirSync(path.join(folder, 'stopped')) : [])
    await expect.poll(() => names().length, { timeout: 20_000 }).toBeGreaterThan(100)
    child.kill('SIGINT')
    expect(await ended(child)).toMatchObject({ code: 130, json: { error: { code: 'cli.interrupted' } } })
    const stems = (extension: string) =>
      names()
        .filter((name) => name.endsWith(extension))
        .map((name) => name.slice(0, -4))
    expect(stems('.pem')).toEqual(stems('.key'))
    expect(names().filter((name) => name.startsWith('.'))).toEqual([])
  })

  it.each([
    [['--serial', 'SN-98', '--count', '3'], 2, 'cli.serial-form'],
    [['--serial', 'SN', '--count', '2'], 2, 'cli.serial-form'],
    [['--serial', 'a serial'], 1, 'certificate.profile-device-serial'],
    [['--serial', 'S1', '--days', '9000'], 1, 'certificate.profile-validity'],
    [['--serial', 'S1', '--count', '0'], 2, 'cli.usage'],
    [['--serial', 'S1', '--algorithm', 'RS256'], 2, 'cli.usage'],
    [['--serial', 'S1', '--firmware', '1..2'], 2, 'cli.usage'],
    [['--serial', 'S1', '--chain', 'Not-A-Chain'], 2, 'cli.usage'],
    [['--serial', 'S1', '--passphrase-file', 'missing'], 2, 'cli.unreadable'],
  ])('refuses %j with exit code %i', async (words, code, error) => {
    expect(await issue('refused', ...words, '--json')).toMatchObject({ code, json: { error: { code: error } } })
  })

  it('refuses a folder that is open to others', async () => {
    await chmod(path.join(folder, 'cut'), 0o755)
    expect(await issue('cut', '--serial', 'C2', '--json')).toMatchObject({
      code: 1,
      json: { error: { code: 'holder.open-to-others' } },
    })
  })
})
