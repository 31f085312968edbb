import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { encryptedPrivateKeyPem, openKeyFile, publicKeyFromSpki, verifySignature } from '../../../src/crypto/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'key-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const passphrase = 'correct horse battery staple'
const message = Uint8Array.of(1, 2, 3)
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const edwards = generateKeyPairSync('ed25519')
let count = 0

function write(content: string | Uint8Array, mode = 0o600): string {
  const file = path.join(folder, `${count++}.key`)
  writeFileSync(file, content, { mode })
  return file
}

function plainPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function keyOf(key: KeyObject) {
  return publicKeyFromSpki(new Uint8Array(key.export({ type: 'spki', format: 'der' })))
}

async function codeOf(file: string, secret: string | null): Promise<string> {
  try {
    await openKeyFile(file, secret)
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    refuseSecrets(error)
    return error.code
  }
  return 'accepted'
}

/** Neither the passphrase nor any private key of this file may stand anywhere in an error. */
function refuseSecrets(error: unknown): void {
  const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)
  expect(shown).not.toContain(passphrase)
  for (const { privateKey } of [p256, edwards]) {
    const { d } = privateKey.export({ format: 'jwk' })
    expect(shown).not.toContain(d)
    expect(shown).not.toContain(Buffer.from(d!, 'base64url').toString('hex'))
    expect(shown).not.toContain(plainPem(privateKey).split('\n')[1]!)
  }
}

describe('openKeyFile', () => {
  it.each([
    ['P-256', p256],
    ['Ed25519', edwards],
  ])('signs with %s files of node and openssl, plain and encrypted', async (_, { privateKey, publicKey }) => {
    const plain = write(plainPem(privateKey))
    const convert = (...options: string[]) =>
      write(execFileSync('openssl', ['pkcs8', '-topk8', '-in', plain, '-passout', `pass:${passphrase}`, ...options]))
    const files: [string, string | null][] = [
      [plain, null],
      [write(await encryptedPrivateKeyPem(privateKey, passphrase)), passphrase],
      [write(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })), passphrase],
      [convert('-scrypt'), passphrase],
      [convert('-v2', 'aes-256-cbc'), passphrase],
    ]
    for (const [file, secret] of files) {
      const { key, sign } = await openKeyFile(file, secret)
      expect(key).toEqual(keyOf(publicKey))
      expect(verifySignature(key, message, await sign(message))).toBe(true)
    }
  })

  it('tells a missing passphrase, a needless one and a wrong one apart', async () => {
    const encrypted = write(await encryptedPrivateKeyPem(p256.privateKey, passphrase))
    const older = write(
      p256.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString(),
    )
    const plain = write(plainPem(p256.privateKey))
    expect(await codeOf(encrypted, null)).toBe('holder.passphrase-needed')
    expect(await codeOf(older, null)).toBe('holder.passphrase-needed')
    expect(await codeOf(plain, passphrase)).toBe('holder.not-encrypted')
    expect(await codeOf(encrypted, `${passphrase}r`)).toBe('holder.wrong-passphrase')
    expect(await codeOf(encrypted, '')).toBe('holder.wrong-passphrase')
    expect(await codeOf(older, `${passphrase}r`)).toBe('holder.wrong-passphrase')
  })

  it('refuses files that others may read, folders, and files that are not there', async () => {
    const plain = write(plainPem(p256.privateKey))
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(plain, mode)
      expect(await codeOf(plain, null)).toBe('holder.open-to-others')
    }
    expect(await codeOf(folder, null)).toBe('holder.unreadable')
    expect(await codeOf(path.join(folder, 'absent'), null)).toBe('holder.unreadable')
  })

  it('refuses foreign keys and older PEM forms', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    for (const content of [
      plainPem(rsa),
      plainPem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
      plainPem(generateKeyPairSync('x25519').privateKey),
      p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      publicPem(p256.publicKey),
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    ]) {
      expect(await codeOf(write(content), null)).toBe('holder.foreign-key')
    }
    expect(await codeOf(write(await encryptedPrivateKeyPem(rsa, passphrase)), passphrase)).toBe('holder.foreign-key')
  })

  it('refuses what is not PEM with one private key', async () => {
    const pem = plainPem(p256.privateKey)
    for (const content of [
      '',
      'no key',
      `text before\n${pem}`,
      `${pem}text after`,
      pem + pem,
      pem + publicPem(p256.publicKey) + pem,
      pem.replace('END PRIVATE', 'END PUBLIC'),
      pem.slice(0, -30),
      pem.replace(/\n.{8}/, '\n!!!!!!!!'),
      pem.replace(/\nMIG/, '\nAAA'),
      '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n',
      new Uint8Array(20_000).fill(0x41),
      new Uint8Array(100).fill(0xff),
    ]) {
      expect(await codeOf(write(content), null)).toBe('holder.damaged')
    }
  })

  it('refuses a public key that is not of the private key', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(await codeOf(write(plainPem(p256.privateKey) + publicPem(other.publicKey)), null)).toBe('holder.damaged')
    expect(await codeOf(write(plainPem(edwards.privateKey) + publicPem(p256.publicKey)), null)).toBe('holder.damaged')
  })

  it('refuses a private key whose number was damaged under an intact public point', async () => {
    const pkcs8 = p256.privateKey.export({ type: 'pkcs8', format: 'der' })
    pkcs8[50] = pkcs8[50]! ^ 1
    const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`
    expect(await codeOf(write(pem), null)).toBe('holder.damaged')
  })

  it('accepts nothing in which a byte of the base64 was changed, and says no secret', async () => {
    const pem = plainPem(p256.privateKey) + publicPem(p256.publicKey)
    const file = write(pem)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(pem.length - 1),
        fc.constantFrom('A', 'B', '-', '\n', '=', 'z'),
        async (index, character) => {
          const changed = pem.slice(0, index) + character + pem.slice(index + 1)
          writeFileSync(file, changed)
          const blank = (text: string) => text.replace(/\s/g, '')
          if (blank(changed) === blank(pem)) return
          expect(await codeOf(file, null)).toMatch(/^holder\.(damaged|foreign-key)$/)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    ['P-256', p256, [35, 72]],
    ['Ed25519', edwards, [34]],
  ] as const)(
    'refuses a changed version in a %s key, which OpenSSL passes over',
    async (_, keys, versionCharacters) => {
      const pem = plainPem(keys.privateKey) + publicPem(keys.publicKey)
      for (const index of versionCharacters) {
        expect(await codeOf(write(`${pem.slice(0, index)}B${pem.slice(index + 1)}`), null)).toBe('holder.damaged')
      }
    },
  )

  it('refuses an encrypted file in which any byte of the private part was changed', async () => {
    const pem = await encryptedPrivateKeyPem(edwards.privateKey, passphrase)
    const [body, publicPart] = pem.split('-----END ENCRYPTED PRIVATE KEY-----')
    const der = Buffer.from(body!.split('\n').slice(1).join(''), 'base64')
    const file = write(pem)
    for (const index of [0, 2, 20, 40, 60, 80, 93, 115, der.length - 1]) {
      const changed = Buffer.from(der)
      changed[index] = changed[index]! ^ 0x55
      writeFileSync(
        file,
        `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${changed.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----${publicPart}`,
      )
      expect(await codeOf(file, passphrase), `byte ${index}`).toMatch(/^holder\.(wrong-passphrase|damaged)$/)
    }
  })

  it('keeps a long passphrase and one beyond ASCII apart from similar ones', async () => {
    for (const secret of ['Schlüssel für Prüfstand', 'x'.repeat(2000)]) {
      const file = write(await encryptedPrivateKeyPem(p256.privateKey, secret))
      expect(await codeOf(file, secret)).toBe('accepted')
      expect(await codeOf(file, secret.slice(0, -1))).toBe('holder.wrong-passphrase')
    }
    await expect(encryptedPrivateKeyPem(p256.privateKey, 'short')).rejects.toMatchObject({
      code: 'holder.weak-passphrase',
    })
  })
})
