/** Arithmetic from which the Ed25519 cases are made. */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { hex, modulo, scalarFrom } from './vector-file.ts'

export const { BASE } = ed25519.Point
export type Point = typeof BASE
const { p, n: order } = ed25519.Point.CURVE()

export { order, p as prime }

export const secret = scalarFrom('ed25519 key', order)
export const nonce = scalarFrom('ed25519 nonce', order)
export const publicPoint = BASE.multiply(secret)
export const commitmentPoint = BASE.multiply(nonce)

/** A point of order 8. */
export const torsion = ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1]!)

/** Canonical encodings of the eight points of small order. */
export const smallOrderCanonical: readonly Uint8Array[] = Array.from({ length: 8 }, (_, index) =>
  (index === 0 ? ed25519.Point.ZERO : torsion.multiply(BigInt(index))).toBytes(),
)

/** The other encodings that ZIP-215 reads as points of small order: y of p or p + 1, and x = 0 with the sign bit set. */
export const smallOrderOther: readonly Uint8Array[] = [
  encode(p, 0),
  encode(p, 1),
  encode(p + 1n, 0),
  encode(p + 1n, 1),
  encode(1n, 1),
  encode(p - 1n, 1),
]

/** SHA-512(R | A | M) mod L, over the bytes as they stand. */
export function challenge(commitment: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  const digest = sha512(Uint8Array.of(...commitment, ...key, ...message))
  return BigInt(`0x${hex(digest.reverse())}`) % order
}

/** R | S with S = r + k a for the parts of R and A in the prime-order subgroup. */
export function respond(
  commitment: Uint8Array,
  key: Uint8Array,
  message: Uint8Array,
  r: bigint,
  a: bigint,
): Uint8Array {
  return signature(commitment, modulo(r + challenge(commitment, key, message) * a, order))
}

export function signature(commitment: Uint8Array, s: bigint): Uint8Array {
  return Uint8Array.of(...commitment, ...littleEndian(s))
}

/** y with the sign of x in the top bit. */
export function encode(y: bigint, sign: 0 | 1): Uint8Array {
  const bytes = littleEndian(y)
  bytes[31] = bytes[31]! | (sign << 7)
  return bytes
}

export function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).reverse()
}

/** The first message, counted up, for which the test holds. */
export function grind(words: string, test: (message: Uint8Array) => boolean): Uint8Array {
  for (let count = 0; ; count++) {
    const message = new TextEncoder().encode(`${words} ${count}`)
    if (test(message)) return message
  }
}
