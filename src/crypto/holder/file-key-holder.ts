import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type AlgorithmName, type PublicKey, toHex } from '../../codec/index.ts'
import { durably, syncFile } from '../../durable/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { nativeAlgorithms } from '../native.ts'
import { keyDigest, publicKeyFromSpki, signatureAlgorithm } from '../portable/index.ts'
import { RecentMap } from '../recent.ts'
import { holderError } from './errors.ts'
import { FolderSync } from './folder-sync.ts'
import {
  type KeyFile,
  keyFileText,
  readKeyFile,
  refuseOpenMode,
  systemCode,
  type UnlockedKey,
  unlockKeyFile,
} from './key-file.ts'
import type { KeyHandle, KeyHolder, KeyUsage } from './key-holder.ts'
import { Passphrase } from './passphrase.ts'

const extension = '.key'
const folderMode = 0o700
const fileMode = 0o600
const idPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/

/** Bytes of the key's digest that name a key without a label. */
const idBytes = 16

/** Unlocked keys that are kept, by recency. */
const maximumUnlocked = 256

/** Files that are tried when the passphrase is checked at opening: one damaged file must not lock out the rest. */
const probedFiles = 3

/**
 * A key holder over a folder: each key is a PEM file `<id>.key` of mode 0600 in a folder of mode 0700, encrypted under the
 * passphrase (see `Passphrase`) or, in a sandbox, plain. The id is the label if one was given, else the first 16 bytes of
 * the key's digest in hexadecimal.
 *
 * Files cannot enforce what a key is used for, so `usage` only refuses the impossible: agreement with Ed25519. Whoever
 * reads the process's memory reads the keys: a member's governing keys belong on a token.
 */
export class FileKeyHolder implements KeyHolder {
  readonly #folder: string
  readonly #passphrase: Passphrase | null
  readonly #folderSync: FolderSync
  readonly #unlocked = new RecentMap<UnlockedKey>(maximumUnlocked)
  #closed = false

  private constructor(folder: string, passphrase: Passphrase | null) {
    this.#folder = folder
    this.#passphrase = passphrase
    this.#folderSync = new FolderSync(folder)
  }

  /**
   * Opens a folder, or makes it. `passphrase: null` is for sandboxes: keys are written and read unencrypted. If keys are
   * there already, the passphrase must open them, so that a slip does not give half of a folder another passphrase.
   * @throws holder.unreadable, holder.open-to-others, holder.wrong-passphrase, holder.passphrase-needed, holder.not-encrypted
   */
  static async open(folder: string, options: { readonly passphrase: string | null }): Promise<FileKeyHolder> {
    try {
      await mkdir(folder, { recursive: true, mode: folderMode })
      const status = await stat(folder)
      refuseOpenMode(folder, status.mode)
    } catch (cause) {
      if (cause instanceof CommonrootError) throw cause
      throw holderError('unreadable', { path: folder, reason: systemCode(cause) }, cause)
    }
    const holder = new FileKeyHolder(folder, options.passphrase === null ? null : new Passphrase(options.passphrase))
    await holder.#probe()
    return holder
  }

  /** Many calls may run at once: they share the folder's flushes to disk. @throws holder.id-form, holder.id-taken, holder.no-agreement */
  async generate(algorithm: AlgorithmName, usage: KeyUsage = {}): Promise<KeyHandle> {
    this.#refuseClosed()
    if (usage.label !== undefined) refuseBadId(usage.label)
    const native = nativeAlgorithms[signatureAlgorithm(algorithm).name]
    if (usage.agree === true && !native.agrees) throw holderError('no-agreement', { algorithm })
    const { publicKey, privateKey } = await native.generate()
    const key = publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
    const id = usage.label ?? toHex(keyDigest(key).subarray(0, idBytes))
    await this.#write(id, await keyFileText(privateKey, this.#passphrase))
    return { id, key }
  }

  async find(id: string): Promise<KeyHandle | undefined> {
    this.#refuseClosed()
    if (!idPattern.test(id)) return undefined
    const file = await readKeyFile(this.#pathOf(id))
    if (file === undefined) return undefined
    return { id, key: file.publicKey ?? (await this.#unlock(id, file)).key }
  }

  async publicKey(id: string): Promise<PublicKey> {
    const handle = await this.find(id)
    if (handle === undefined) throw holderError('no-key', { id })
    return handle.key
  }

  async sign(id: string, message: Uint8Array): Promise<Uint8Array> {
    return (await this.#key(id)).sign(message)
  }

  async agree(id: string, peer: PublicKey): Promise<Uint8Array> {
    return (await this.#key(id)).agree(peer)
  }

  /** The ids of all keys, in the order of their names. */
  async list(): Promise<readonly string[]> {
    this.#refuseClosed()
    const names = await readdir(this.#folder)
    return names
      .filter((name) => name.endsWith(extension))
      .map((name) => name.slice(0, -extension.length))
      .filter((id) => idPattern.test(id))
      .sort()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#unlocked.clear()
  }

  async #key(id: string): Promise<UnlockedKey> {
    this.#refuseClosed()
    const found = this.#unlocked.get(id)
    if (found !== undefined) return found
    const file = idPattern.test(id) ? await readKeyFile(this.#pathOf(id)) : undefined
    if (file === undefined) throw holderError('no-key', { id })
    return this.#unlock(id, file)
  }

  async #unlock(id: string, file: KeyFile): Promise<UnlockedKey> {
    const unlocked = await unlockKeyFile(file, this.#passphrase)
    this.#refuseClosed()
    this.#unlocked.set(id, unlocked)
    return unlocked
  }

  /** A crash leaves either no key or a whole one: the content is on disk before the name exists, and `link` never overwrites. */
  async #write(id: string, text: string): Promise<void> {
    const path = this.#pathOf(id)
    const temporary = join(this.#folder, `.${toHex(randomBytes(8))}.new`)
    try {
      const handle = await open(temporary, 'wx', fileMode)
      try {
        await durably('key-file.write', () => handle.writeFile(text))
        await syncFile(handle)
      } finally {
        await handle.close()
      }
      try {
        await durably('key-file.link', () => link(temporary, path))
      } finally {
        await durably('key-file.unlink', () => unlink(temporary))
      }
      await this.#folderSync.flush()
    } catch (cause) {
      if (systemCode(cause) === 'EEXIST') throw holderError('id-taken', { id }, cause)
      throw holderError('unreadable', { path, reason: systemCode(cause) }, cause)
    }
  }

  async #probe(): Promise<void> {
    let refusal: unknown
    for (const id of (await this.list()).slice(0, probedFiles)) {
      try {
        await this.#key(id)
        return
      } catch (error) {
        refusal ??= error
      }
    }
    if (refusal !== undefined) throw refusal
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}${extension}`)
  }

  #refuseClosed(): void {
    if (this.#closed) throw holderError('closed')
  }
}

function refuseBadId(id: string): void {
  if (!idPattern.test(id)) throw holderError('id-form', { id })
}
