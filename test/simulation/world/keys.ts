/** Keys and signatures that follow from the seed: the same seed gives the same bytes, and so the same roots. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import type { PublicKey } from '../../../src/codec/index.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import type { Algorithm, ModelKey } from '../model/state.ts'
import { digest } from '../model/tree.ts'
import { bytesFrom } from '../seed.ts'

export type SimulatedKey = ModelKey & {
  readonly publicKey: PublicKey
  /** In COSE form. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** PKCS#8 of an Ed25519 seed (RFC 8410 section 7), and the SubjectPublicKeyInfo of a point on P-256 (RFC 5480 section 2). */
const ed25519Private = Buffer.from('302e020100300506032b657004220420', 'hex')
const p256Public = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

export function seededKey(algorithm: Algorithm, random: SeededRandom): SimulatedKey {
  const secret = bytesFrom(random, 32)
  return algorithm === 'EdDSA' ? ed25519Key(secret) : p256Key(secret)
}

function ed25519Key(secret: Uint8Array): SimulatedKey {
  const key = createPrivateKey({ key: Buffer.concat([ed25519Private, secret]), format: 'der', type: 'pkcs8' })
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  return described('EdDSA', spki, (message) => new Uint8Array(sign(null, message, key)))
}

/** Signatures as RFC 6979 makes them: node's are different each time. */
function p256Key(secret: Uint8Array): SimulatedKey {
  secret[0]! &= 0x7f
  const spki = new Uint8Array(Buffer.concat([p256Public, p256.getPublicKey(secret, false)]))
  return described('ES256', spki, (message) => p256.sign(message, secret))
}

function described(algorithm: Algorithm, spki: Uint8Array, signMessage: SimulatedKey['sign']): SimulatedKey {
  const publicKey = { algorithm, spki }
  return { digest: digest(spki).toString('hex'), algorithm, spki, publicKey, sign: signMessage }
}

/** Another signature of the same message by the same P-256 key: s and n - s are both right. */
export function mirrored(signature: Uint8Array): Uint8Array {
  const { n } = p256.Point.CURVE()
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  return Buffer.concat([signature.subarray(0, 32), Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex')])
}
