/** One key in one file: PEM with a PKCS#8 private key and, where we wrote it, the public key after it. */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, sign as nativeSign } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { equalBytes, type PublicKey, utf8 } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { importPublicKey, nativeAlgorithms } from '../native.ts'
import { checkKey, publicKeyFromSpki } from '../portable/index.ts'
import { verifySignature } from '../verify.ts'
import { holderError } from './errors.ts'
import { Passphrase } from './passphrase.ts'
import { decodePem, encodePem, type PemBlock } from './pem.ts'
import { isWrittenPkcs8 } from './pkcs8.ts'

/** An unlocked private key: the object stays inside, only its use is offered. */
export type UnlockedKey = {
  readonly key: PublicKey
  /** COSE form. */
  readonly sign: (message: Uint8Array) => Uint8Array
  /** @throws holder.no-agreement and the codes of `checkKey` */
  readonly agree: (peer: PublicKey) => Uint8Array
}

/** A key file, read but not decrypted. */
export type KeyFile = {
  readonly path: string
  readonly privateBlock: PemBlock
  readonly publicKey: PublicKey | undefined
}

const plainLabel = 'PRIVATE KEY'
const encryptedLabel = 'ENCRYPTED PRIVATE KEY'
const publicLabel = 'PUBLIC KEY'

/** Bytes of a key file: one of our own has about 700. */
const maximumFile = 16 * 1024

/** Permission bits of group and others. */
const othersMode = 0o077
const modeMask = 0o777

/** What is signed once when a key is unlocked, to see that both halves belong together. */
const probe = utf8('commonroot key file check')

/**
 * Opens one key file for signing, such as the command line's `--signer FILE`.
 *
 * `passphrase` null takes an unencrypted file, and only that. The file may be ours or what `openssl genpkey` or
 * `openssl pkcs8 -topk8` writes.
 * @throws holder.unreadable, holder.open-to-others, holder.damaged, holder.foreign-key, holder.passphrase-needed,
 * holder.not-encrypted, holder.wrong-passphrase
 */
export async function openKeyFile(
  path: string,
  passphrase: string | null,
): Promise<{ readonly key: PublicKey; readonly sign: (message: Uint8Array) => Promise<Uint8Array> }> {
  const file = await readKeyFile(path)
  if (file === undefined) throw holderError('unreadable', { path, reason: 'there is no such file' })
  const unlocked = await unlockKeyFile(file, passphrase === null ? null : new Passphrase(passphrase))
  return { key: unlocked.key, sign: async (message) => unlocked.sign(message) }
}

/**
 * The PEM of a private key under a passphrase, followed by the PEM of its public key: readers without the passphrase can
 * name the key, and damage of the encrypted part shows. Slow by design, about 0.15 s; a `FileKeyHolder` makes many faster.
 * @throws holder.weak-passphrase
 */
export async function encryptedPrivateKeyPem(privateKey: KeyObject, passphrase: string): Promise<string> {
  return keyFileText(privateKey, new Passphrase(passphrase))
}

/** The whole text of a key file; `passphrase` null leaves the private key unencrypted. @throws holder.weak-passphrase */
export async function keyFileText(privateKey: KeyObject, passphrase: Passphrase | null): Promise<string> {
  const publicPem = encodePem(publicLabel, createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  try {
    if (passphrase === null) return encodePem(plainLabel, pkcs8) + publicPem
    return encodePem(encryptedLabel, await passphrase.seal(pkcs8)) + publicPem
  } finally {
    pkcs8.fill(0)
  }
}

/**
 * Reads a key file without decrypting it; undefined when there is none.
 * @throws holder.unreadable, holder.open-to-others, holder.damaged, holder.foreign-key
 */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw holderError('unreadable', { path, reason: systemCode(cause) }, cause)
  }
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw holderError('unreadable', { path, reason: 'it is not a file' })
    refuseOpenMode(path, status.mode)
    if (status.size > maximumFile) throw holderError('damaged', { path, reason: `it has ${status.size} bytes` })
    return parseKeyFile(path, await handle.readFile('latin1'))
  } finally {
    await handle.close()
  }
}

/** @throws holder.open-to-others when group or others have any right on a file or folder of this mode */
export function refuseOpenMode(path: string, mode: number): void {
  if ((mode & othersMode) !== 0) throw holderError('open-to-others', { path, mode: (mode & modeMask).toString(8) })
}

/** The system's word for what went wrong with a file, such as EACCES. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}

function parseKeyFile(path: string, text: string): KeyFile {
  const blocks = decodePem(text)
  if (blocks === undefined) throw holderError('damaged', { path, reason: 'it is not PEM' })
  const [privateBlock, publicBlock, ...more] = blocks
  if (privateBlock === undefined || more.length > 0) {
    throw holderError('damaged', { path, reason: `it has ${blocks.length} PEM blocks` })
  }
  if (privateBlock.label !== plainLabel && privateBlock.label !== encryptedLabel) {
    throw holderError('foreign-key', { path, kind: `PEM label ${privateBlock.label}` })
  }
  if (publicBlock === undefined) return { path, privateBlock, publicKey: undefined }
  if (publicBlock.label !== publicLabel) {
    throw holderError('damaged', { path, reason: `the second PEM block is ${publicBlock.label}` })
  }
  return { path, privateBlock, publicKey: publicKeyOf(path, publicBlock.der) }
}

/**
 * Decrypts and checks the key of a file. `passphrase` null asks for an unencrypted one.
 * @throws holder.passphrase-needed, holder.not-encrypted, holder.wrong-passphrase, holder.damaged, holder.foreign-key
 */
export async function unlockKeyFile(file: KeyFile, passphrase: Passphrase | null): Promise<UnlockedKey> {
  const { path } = file
  const privateKey = await privateKeyOf(file, passphrase)
  const key = publicKeyOf(path, publicBytesOf(path, privateKey))
  if (file.publicKey !== undefined && !equalBytes(file.publicKey.spki, key.spki)) {
    throw holderError('damaged', { path, reason: 'its public key is not that of its private key' })
  }
  const unlocked = unlockedKey(privateKey, key)
  if (!verifySignature(key, probe, unlocked.sign(probe))) {
    throw holderError('damaged', { path, reason: 'its public key is not that of its private key' })
  }
  return unlocked
}

function unlockedKey(privateKey: KeyObject, key: PublicKey): UnlockedKey {
  const { digest, options, agrees } = nativeAlgorithms[key.algorithm]
  return {
    key,
    sign: (message) => {
      const signature = nativeSign(digest, message, { key: privateKey, ...options })
      return new Uint8Array(signature.buffer, signature.byteOffset, signature.length)
    },
    agree: (peer) => {
      if (!agrees || peer.algorithm !== key.algorithm) {
        throw holderError('no-agreement', { algorithm: key.algorithm })
      }
      checkKey(peer)
      const secret = diffieHellman({ privateKey, publicKey: importPublicKey(peer) })
      return new Uint8Array(secret.buffer, secret.byteOffset, secret.length)
    },
  }
}

async function privateKeyOf(file: KeyFile, passphrase: Passphrase | null): Promise<KeyObject> {
  const { path, privateBlock } = file
  const { label, der } = privateBlock
  if (label === plainLabel) {
    if (passphrase !== null) throw holderError('not-encrypted', { path })
    requireWritten(file, der)
    return importPrivateKey(der, () => holderError('damaged', { path, reason: 'its private key is not PKCS#8' }))
  }
  if (passphrase === null) throw holderError('passphrase-needed', { path })
  const refusal = () => holderError('wrong-passphrase', { path })
  const pkcs8 = await passphrase.open(der)
  if (pkcs8 === 'refused') throw refusal()
  if (pkcs8 === 'foreign') return importPrivateKey(der, refusal, passphrase.text)
  try {
    const key = importPrivateKey(pkcs8, refusal)
    requireWritten(file, pkcs8)
    return key
  } finally {
    pkcs8.fill(0)
  }
}

/** A file with a public part was written here; the PKCS#8 of others may well differ from ours. @throws holder.damaged */
function requireWritten({ path, publicKey }: KeyFile, pkcs8: Uint8Array): void {
  if (publicKey === undefined || isWrittenPkcs8(pkcs8, publicKey)) return
  throw holderError('damaged', {
    path,
    reason: 'its private key is not the one of its public key, as it is written here',
  })
}

/** The library's own error is left out on purpose: nobody promises what its text quotes. */
function importPrivateKey(der: Uint8Array, refusal: () => CommonrootError, passphrase?: string): KeyObject {
  const key = Buffer.from(der.buffer, der.byteOffset, der.length)
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    throw refusal()
  }
}

function publicBytesOf(path: string, privateKey: KeyObject): Uint8Array {
  if (privateKey.asymmetricKeyType !== 'ec' && privateKey.asymmetricKeyType !== 'ed25519') {
    throw holderError('foreign-key', { path, kind: privateKey.asymmetricKeyType ?? 'unknown' })
  }
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
}

function publicKeyOf(path: string, spki: Uint8Array): PublicKey {
  try {
    return publicKeyFromSpki(new Uint8Array(spki))
  } catch (cause) {
    if (!(cause instanceof CommonrootError)) throw cause
    throw holderError('foreign-key', { path, kind: cause.code }, cause)
  }
}
