/** How node:crypto is asked for each algorithm of the table, and the keys that it has already imported. */
import { createPublicKey, generateKeyPair, type KeyObject, type SigningOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import type { AlgorithmName, PublicKey } from '../codec/index.ts'
import { cryptoError } from './errors.ts'
import { isAcceptedKey } from './portable/index.ts'
import { RecentMap } from './recent.ts'

/** One algorithm as node:crypto knows it. */
export type NativeAlgorithm = {
  readonly digest: string | null
  /** Signatures in COSE form: r | s for ECDSA. */
  readonly options: SigningOptions
  /** Whether keys of this kind can also agree on a secret (Diffie-Hellman). */
  readonly agrees: boolean
  readonly generate: () => Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }>
}

const generatePair = promisify(generateKeyPair)

export const nativeAlgorithms: Readonly<Record<AlgorithmName, NativeAlgorithm>> = {
  ES256: {
    digest: 'sha256',
    options: { dsaEncoding: 'ieee-p1363' },
    agrees: true,
    generate: () => generatePair('ec', { namedCurve: 'P-256' }),
  },
  EdDSA: { digest: null, options: {}, agrees: false, generate: () => generatePair('ed25519') },
}

/**
 * Keys that are kept: enough for the members and validators of a large consortium; the keys of devices, each seen once,
 * pass through. About 3 kB each. A verification thread sees hardly any others.
 */
const maximumKept = isMainThread ? 1024 : 16
const imported = new RecentMap<KeyObject>(maximumKept)
const accepted = new RecentMap<KeyObject>(maximumKept)

/** The key as node:crypto's object, whatever its point. Throws what node:crypto throws. */
export function importPublicKey(key: PublicKey): KeyObject {
  const name = nameOf(key)
  const found = imported.get(name)
  if (found !== undefined) return found
  const object = createPublicKey({ key: bufferOf(key.spki), format: 'der', type: 'spki' })
  imported.set(name, object)
  return object
}

/**
 * The key as node:crypto's object; undefined when the predicate of its algorithm refuses it.
 * @throws crypto.algorithm-unknown; crypto.library-surprise when node:crypto refuses what the predicate accepts
 */
export function importAcceptedKey(key: PublicKey): KeyObject | undefined {
  const name = nameOf(key)
  const found = accepted.get(name)
  if (found !== undefined) return found
  if (!isAcceptedKey(key)) return undefined
  try {
    const object = createPublicKey({ key: bufferOf(key.spki), format: 'der', type: 'spki' })
    accepted.set(name, object)
    return object
  } catch (cause) {
    throw cryptoError('library-surprise', { algorithm: key.algorithm }, cause)
  }
}

/** The algorithm is part of the name: the same bytes under another algorithm's name are another key, and refused. */
function nameOf({ algorithm, spki }: PublicKey): string {
  return `${algorithm} ${bufferOf(spki).toString('latin1')}`
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
