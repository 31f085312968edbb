/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958 section 3) with PBES2 (RFC 8018 section 6.2), the key
 * stretched by scrypt (RFC 7914 section 7) and the content in AES-256-CBC. `openssl pkey` reads and writes this form.
 *
 * node:crypto's own export would stretch with 2,048 rounds of PBKDF2, which a graphics card undoes at millions of guesses
 * a second. Stretching well is slow, so one salt serves all keys that one holder writes: a thousand files cost one
 * stretch, and each has an initialisation vector of its own.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { concat, equalBytes, fromHex, toHex } from '../../codec/index.ts'
import { RecentMap } from '../recent.ts'
import { holderError } from './errors.ts'

/** 16 MiB of memory, five passes: what openssl reads without a raised limit. About 0.15 s. */
const cost = { N: 16384, r: 8, p: 5 } as const
const cipherName = 'aes-256-cbc'
const cipherKeyLength = 32
const saltLength = 16
const vectorLength = 16

/** Bytes of UTF-8. A minimum against slips, no measure of strength. */
export const minimumPassphrase = 8

/** Stretched keys that are kept: folders written by that many openings of a holder are read without stretching twice. */
const maximumStretched = 64

/** SEQUENCE { id-PBES2, SEQUENCE { SEQUENCE { id-scrypt, SEQUENCE { OCTET STRING, up to the salt */
const beforeSalt = fromHex('305706092a864886f70d01050d304a302906092b06010401da47040b301c0410')
/** N, r, p, then SEQUENCE { aes256-CBC, OCTET STRING, up to the initialisation vector */
const beforeVector = fromHex('02024000020108020105301d060960864801650304012a0410')

/** An encrypted key of our form, taken apart. */
type Sealed = { readonly salt: Uint8Array; readonly vector: Uint8Array; readonly content: Uint8Array }

/** A passphrase and what was stretched from it. */
export class Passphrase {
  readonly #text: string
  readonly #ownSalt = randomBytes(saltLength)
  readonly #stretched = new RecentMap<Promise<Uint8Array>>(maximumStretched)

  constructor(text: string) {
    this.#text = text
  }

  /** For `createPrivateKey`, where a file is of another encrypted form. */
  get text(): string {
    return this.#text
  }

  /** Encrypts PKCS#8. @throws holder.weak-passphrase */
  async seal(pkcs8: Uint8Array): Promise<Uint8Array> {
    if (Buffer.byteLength(this.#text) < minimumPassphrase) {
      throw holderError('weak-passphrase', { minimum: minimumPassphrase })
    }
    const vector = randomBytes(vectorLength)
    const cipher = createCipheriv(cipherName, await this.#stretch(this.#ownSalt), vector)
    const content = concat(cipher.update(pkcs8), cipher.final())
    return encodeSealed({ salt: this.#ownSalt, vector, content })
  }

  /**
   * Decrypts what `seal` made. 'foreign' is another form; 'refused' is a wrong passphrase or a damaged content, which
   * cannot be told apart.
   */
  async open(der: Uint8Array): Promise<Uint8Array | 'foreign' | 'refused'> {
    const sealed = decodeSealed(der)
    if (sealed === undefined) return 'foreign'
    const decipher = createDecipheriv(cipherName, await this.#stretch(sealed.salt), sealed.vector)
    try {
      return concat(decipher.update(sealed.content), decipher.final())
    } catch {
      return 'refused'
    }
  }

  #stretch(salt: Uint8Array): Promise<Uint8Array> {
    const name = toHex(salt)
    const found = this.#stretched.get(name)
    if (found !== undefined) return found
    const stretched = new Promise<Uint8Array>((resolve, reject) => {
      scrypt(this.#text, salt, cipherKeyLength, cost, (error, key) => (error === null ? resolve(key) : reject(error)))
    })
    this.#stretched.set(name, stretched)
    return stretched
  }
}

function encodeSealed({ salt, vector, content }: Sealed): Uint8Array {
  return element(0x30, concat(beforeSalt, salt, beforeVector, vector, element(0x04, content)))
}

/** Only the bytes that `encodeSealed` would make: encoding again and comparing leaves no room for a second reading. */
function decodeSealed(der: Uint8Array): Sealed | undefined {
  const saltStart = headerLength(der.length) + beforeSalt.length
  const vectorStart = saltStart + saltLength + beforeVector.length
  const contentStart = vectorStart + vectorLength
  const sealed = {
    salt: der.subarray(saltStart, saltStart + saltLength),
    vector: der.subarray(vectorStart, contentStart),
    content: der.subarray(contentStart + headerLength(der.length - contentStart)),
  }
  return equalBytes(encodeSealed(sealed), der) ? sealed : undefined
}

/** One DER element (X.690 section 8.1) of at most 65,535 bytes. */
function element(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag), lengthBytes(content.length), content)
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  if (length < 0x100) return Uint8Array.of(0x81, length)
  return Uint8Array.of(0x82, length >> 8, length & 0xff)
}

/** Bytes of tag and length in an element that has `size` bytes in all. */
function headerLength(size: number): number {
  if (size < 2 + 0x80) return 2
  return size < 3 + 0x100 ? 3 : 4
}
