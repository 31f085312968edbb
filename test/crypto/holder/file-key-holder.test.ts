import { execFileSync } from 'node:child_process'
import { createECDH, createPrivateKey } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../../src/codec/index.ts'
import { FileKeyHolder, keyDigest, signatureAlgorithms, verifySignature } from '../../../src/crypto/index.ts'

const passphrase = 'correct horse battery staple'
const message = Uint8Array.of(1, 2, 3)
let folder = ''
let holder: FileKeyHolder

function refusal(code: string) {
  return expect.objectContaining({ code })
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'key-holder-'))
  holder = await FileKeyHolder.open(path.join(folder, 'new', 'keys'), { passphrase })
})
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (id: string) => path.join(folder, 'new', 'keys', `${id}.key`)

describe('FileKeyHolder', () => {
  it.each(['ES256', 'EdDSA'] as const)('signs in COSE form with an %s key that it generated', async (algorithm) => {
    const { id, key } = await holder.generate(algorithm)
    expect(id).toBe(toHex(keyDigest(key).subarray(0, 16)))
    const signature = await holder.sign(id, message)
    expect(signature).toHaveLength(signatureAlgorithms[algorithm].signatureLength)
    expect(verifySignature(key, message, signature)).toBe(true)
    expect(await holder.publicKey(id)).toEqual(key)
    expect(await holder.find(id)).toEqual({ id, key })
  })

  it('keeps keys for the next opening', async () => {
    const { id, key } = await holder.generate('ES256', { label: 'line-3' })
    expect(id).toBe('line-3')
    const again = await FileKeyHolder.open(path.join(folder, 'new', 'keys'), { passphrase })
    expect(verifySignature(key, message, await again.sign('line-3', message))).toBe(true)
    expect(await again.list()).toContain('line-3')
  })

  it('makes the folder 0700, files 0600, and leaves no other file behind', async () => {
    await holder.generate('EdDSA', { label: 'modes' })
    expect(statSync(path.join(folder, 'new', 'keys')).mode & 0o777).toBe(0o700)
    expect(statSync(path.join(folder, 'new')).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(path.join(folder, 'new', 'keys'))) {
      expect(name).toMatch(/\.key$/)
      expect(statSync(path.join(folder, 'new', 'keys', name)).mode & 0o777).toBe(0o600)
    }
  })

  it('encrypts: openssl reads the file with the passphrase only, and scrypt is named in it', async () => {
    const { key } = await holder.generate('ES256', { label: 'encrypted' })
    const pem = readFileSync(fileOf('encrypted'), 'utf8')
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
    expect(() => createPrivateKey(pem)).toThrow()
    const openssl = (secret: string) =>
      execFileSync(
        'openssl',
        ['pkey', '-in', fileOf('encrypted'), '-passin', `pass:${secret}`, '-pubout', '-outform', 'DER'],
        { stdio: 'pipe' },
      )
    expect(new Uint8Array(openssl(passphrase))).toEqual(key.spki)
    expect(() => openssl('wrong passphrase')).toThrow()
    const parsed = execFileSync('openssl', ['asn1parse', '-in', fileOf('encrypted')]).toString()
    expect(parsed).toContain('scrypt')
    expect(parsed).toContain('aes-256-cbc')
  })

  it('gives every file its own initialisation vector under one salt', async () => {
    const files = await Promise.all(['vector-a', 'vector-b'].map((label) => holder.generate('EdDSA', { label })))
    const [a, b] = files.map(({ id }) =>
      Buffer.from(readFileSync(fileOf(id), 'utf8').split('\n').slice(1, 4).join(''), 'base64'),
    )
    expect(a!.subarray(0, 51)).toEqual(b!.subarray(0, 51))
    expect(a!.subarray(76, 92)).not.toEqual(b!.subarray(76, 92))
  })

  it('writes plain files only when it is told so, and never mixes', async () => {
    const plain = path.join(folder, 'plain')
    const sandbox = await FileKeyHolder.open(plain, { passphrase: null })
    const { key } = await sandbox.generate('EdDSA', { label: 'open' })
    expect(readFileSync(path.join(plain, 'open.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(verifySignature(key, message, await sandbox.sign('open', message))).toBe(true)
    await expect(FileKeyHolder.open(plain, { passphrase })).rejects.toEqual(refusal('holder.not-encrypted'))
    const keys = path.join(folder, 'new', 'keys')
    await expect(FileKeyHolder.open(keys, { passphrase: null })).rejects.toEqual(refusal('holder.passphrase-needed'))
    await expect(FileKeyHolder.open(keys, { passphrase: 'another passphrase' })).rejects.toEqual(
      refusal('holder.wrong-passphrase'),
    )
  })

  it('opens although the first file is damaged', async () => {
    const partly = path.join(folder, 'partly')
    const first = await FileKeyHolder.open(partly, { passphrase })
    await first.generate('ES256', { label: 'b' })
    writeFileSync(path.join(partly, 'a.key'), 'damaged', { mode: 0o600 })
    const again = await FileKeyHolder.open(partly, { passphrase })
    expect(await again.sign('b', message)).toHaveLength(64)
    await expect(again.sign('a', message)).rejects.toEqual(refusal('holder.damaged'))
  })

  it('agrees on the secret that the peer finds, with P-256 keys only', async () => {
    const { id, key } = await holder.generate('ES256', { agree: true })
    const peer = createECDH('prime256v1')
    const spki = Uint8Array.of(...signatureAlgorithms.ES256.spkiPrefix, ...peer.generateKeys().subarray(1))
    const secret = await holder.agree(id, { algorithm: 'ES256', spki })
    expect(secret).toEqual(new Uint8Array(peer.computeSecret(key.spki.subarray(26))))
    const edwards = await holder.generate('EdDSA')
    await expect(holder.agree(edwards.id, key)).rejects.toEqual(refusal('holder.no-agreement'))
    await expect(holder.agree(id, edwards.key)).rejects.toEqual(refusal('holder.no-agreement'))
    await expect(holder.generate('EdDSA', { agree: true })).rejects.toEqual(refusal('holder.no-agreement'))
    const offCurve = spki.map((byte, index) => (index === 90 ? byte ^ 1 : byte))
    await expect(holder.agree(id, { algorithm: 'ES256', spki: offCurve })).rejects.toEqual(
      refusal('crypto.point-not-on-curve'),
    )
  })

  it('never overwrites a key, not even when two ask at once', async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => holder.generate('ES256', { label: 'contended' })))
    const made = results.filter((result) => result.status === 'fulfilled')
    expect(made).toHaveLength(1)
    const taken = results.find((result) => result.status === 'rejected')
    expect(taken?.reason).toEqual(refusal('holder.id-taken'))
    expect(await holder.publicKey('contended')).toEqual(made[0]!.value.key)
  })

  it('refuses ids that would leave the folder', async () => {
    for (const label of ['', '.', '..', '../x', 'a/b', '.hidden', 'a\0b', 'x'.repeat(101), 'é']) {
      await expect(holder.generate('ES256', { label })).rejects.toEqual(refusal('holder.id-form'))
      await expect(holder.sign(label, message)).rejects.toEqual(refusal('holder.no-key'))
      expect(await holder.find(label)).toBeUndefined()
    }
    await expect(holder.publicKey('absent')).rejects.toEqual(refusal('holder.no-key'))
    await expect(holder.sign('absent', message)).rejects.toEqual(refusal('holder.no-key'))
  })

  it('refuses a folder or file that others may read', async () => {
    const shared = path.join(folder, 'shared')
    mkdirSync(shared, { mode: 0o700 })
    chmodSync(shared, 0o750)
    await expect(FileKeyHolder.open(shared, { passphrase })).rejects.toEqual(refusal('holder.open-to-others'))
    await holder.generate('ES256', { label: 'seen' })
    chmodSync(fileOf('seen'), 0o604)
    await expect(holder.sign('seen', message)).rejects.toEqual(refusal('holder.open-to-others'))
    await expect(holder.find('seen')).rejects.toEqual(refusal('holder.open-to-others'))
    chmodSync(fileOf('seen'), 0o600)
  })

  it('refuses a path that is no folder, and a folder that vanished', async () => {
    await expect(FileKeyHolder.open(fileOf('line-3'), { passphrase })).rejects.toEqual(refusal('holder.unreadable'))
    const vanishing = path.join(folder, 'vanishing')
    const opened = await FileKeyHolder.open(vanishing, { passphrase })
    rmSync(vanishing, { recursive: true })
    await expect(opened.generate('EdDSA')).rejects.toEqual(refusal('holder.unreadable'))
  })

  it('refuses a short passphrase before anything is written', async () => {
    const weak = await FileKeyHolder.open(path.join(folder, 'weak'), { passphrase: 'short' })
    await expect(weak.generate('ES256', { label: 'a' })).rejects.toEqual(refusal('holder.weak-passphrase'))
    expect(existsSync(path.join(folder, 'weak', 'a.key'))).toBe(false)
  })

  it('refuses everything once closed', async () => {
    const closing = await FileKeyHolder.open(path.join(folder, 'closing'), { passphrase })
    const { id, key } = await closing.generate('ES256')
    await closing.close()
    for (const act of [
      () => closing.sign(id, message),
      () => closing.find(id),
      () => closing.publicKey(id),
      () => closing.agree(id, key),
      () => closing.generate('ES256'),
      () => closing.list(),
    ]) {
      await expect(act()).rejects.toEqual(refusal('holder.closed'))
    }
  })

  it('makes a batch of a thousand keys that are all there afterwards', async () => {
    const batch = await FileKeyHolder.open(path.join(folder, 'batch'), { passphrase })
    const handles = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => batch.generate('ES256', { label: `unit-${index}` })),
    )
    expect(await batch.list()).toEqual(handles.map(({ id }) => id).sort())
    const again = await FileKeyHolder.open(path.join(folder, 'batch'), { passphrase })
    for (const { id, key } of handles.slice(-20)) {
      expect(verifySignature(key, message, await again.sign(id, message))).toBe(true)
    }
  })
})
