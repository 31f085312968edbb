/** The consensus vectors of ES256: edges of what the written predicate accepts, and forms that libraries disagree on. */
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hex, modulo, scalarFrom, text, type VectorCase, type VectorFile } from './vector-file.ts'

const { p, n, a, b } = p256.Point.CURVE()
const { BASE } = p256.Point
type Point = typeof BASE

const namedCurve = Buffer.from('06082a8648ce3d030107', 'hex')
const secp256k1 = Buffer.from('06052b8104000a', 'hex')

const message = text('a message of the ledger')
const digest = BigInt(`0x${hex(sha256(message))}`)
const secret = scalarFrom('es256 key', n)
const nonce = scalarFrom('es256 nonce', n)
const publicPoint = BASE.multiply(secret)
const key = spki(publicPoint)
const ordinary = sign(secret, nonce, digest)
const halfOrder = n / 2n

export const es256Vectors: VectorFile = {
  algorithm: 'ES256',
  about: 'ECDSA over P-256 with SHA-256; key is SubjectPublicKeyInfo, signature is r | s. See signatureAlgorithms.',
  cases: [...validCases(), ...signatureCases(), ...keyCases()],
}

function validCases(): readonly VectorCase[] {
  const { r, s } = ordinary
  const low = s > halfOrder ? n - s : s
  const empty = sign(secret, nonce, BigInt(`0x${hex(sha256(new Uint8Array(0)))}`))
  const reduced = firstPoint(n + 1n, 1n)
  const smallest = firstPoint(1n, 1n)
  const largest = firstPoint(n - 1n, -1n)
  const doubled = modulo(digest * inverse(r), n)
  return [
    good('ordinary', 'a signature as any library makes it', key, raw(r, s)),
    good('low-s', 's is below half of the order', key, raw(r, low)),
    good('high-s', 's is above half of the order: accepted, ids do not cover signatures', key, raw(r, n - low)),
    { ...good('empty-message', 'no bytes are signed', key, raw(empty.r, empty.s)), message: '' },
    good('r-reduced', 'x(R) is above n, so r is x(R) - n', ...recovered(reduced, 12345n)),
    good('r-smallest', 'r is the smallest x of the curve', ...recovered(smallest, 12345n)),
    good('r-largest', 'r is the largest x below n', ...recovered(largest, 12345n)),
    good('s-one', 's is 1', ...recovered(BASE.multiply(nonce), 1n)),
    good('s-largest', 's is n - 1', ...recovered(BASE.multiply(nonce), n - 1n)),
    good(
      'equal-halves',
      'both multiples that are added are the same point',
      spki(BASE.multiply(doubled)),
      signedBy(doubled),
    ),
    good('leading-zeros', 'r has leading zero bytes that a length-trimming reader drops', key, shortR()),
  ]
}

function signatureCases(): readonly VectorCase[] {
  const { r, s } = ordinary
  const valid = raw(r, s)
  const infinity = modulo(-digest * inverse(r), n)
  return [
    bad('r-zero', 'r is 0', raw(0n, s)),
    bad('s-zero', 's is 0', raw(r, 0n)),
    bad('both-zero', 'r and s are 0', raw(0n, 0n)),
    bad('r-order', 'r is n', raw(n, s)),
    bad('s-order', 's is n', raw(r, n)),
    bad(
      's-above-order',
      's is n + 1, which is 1 after reduction',
      raw(recoveredR(), n + 1n),
      recovered(BASE.multiply(nonce), 1n)[0],
    ),
    bad(
      'r-unreduced',
      'r is x(R) itself, n or more',
      raw(firstX(n + 1n, 1n), 12345n),
      recovered(firstPoint(n + 1n, 1n), 12345n)[0],
    ),
    bad('all-ones', 'r and s are 2^256 - 1', new Uint8Array(64).fill(0xff)),
    bad('r-and-s-largest', 'r and s are n - 1', raw(n - 1n, n - 1n)),
    bad('swapped', 's comes before r', raw(s, r)),
    bad('negated-r', 'r is n - r', raw(n - r, s)),
    bad('infinity', 'R is the point at infinity', raw(r, 12345n), spki(BASE.multiply(infinity))),
    bad('other-message', 'the signature is of another message', raw(...both(sign(secret, nonce, digest + 1n)))),
    bad(
      'other-key',
      'the signature is of another key',
      raw(...both(sign(scalarFrom('es256 other key', n), nonce, digest))),
    ),
    bad('empty', 'no signature', new Uint8Array(0)),
    bad('short', '63 bytes', valid.subarray(0, 63)),
    bad('long', '65 bytes', Uint8Array.of(...valid, 0)),
    bad('leading-byte', 'a zero byte in front', Uint8Array.of(0, ...valid)),
    bad('der', 'the signature in DER', p256.Signature.fromBytes(valid, 'compact').toBytes('der')),
    bad('bit-in-r', 'one bit of r is turned', flipped(valid, 31)),
    bad('bit-in-s', 'one bit of s is turned', flipped(valid, 63)),
  ]
}

function keyCases(): readonly VectorCase[] {
  const uncompressed = publicPoint.toBytes(false)
  const coordinates = uncompressed.subarray(1)
  const small = firstPoint(1n, 1n).toAffine()
  const parity = publicPoint.toAffine().y % 2n === 0n ? 6 : 7
  const withPoint = (point: Uint8Array) => sequence(curveOid(namedCurve), bitString(0, point))
  const odd = Uint8Array.of(...coordinates)
  odd[63] = odd[63]! ^ 1
  const form = 'crypto.key-form'
  const canonical = 'crypto.key-not-canonical'
  const offCurve = 'crypto.point-not-on-curve'
  return [
    badKey('compressed', 'the point is compressed', form, withPoint(publicPoint.toBytes(true))),
    badKey('hybrid', 'the point is hybrid (06 or 07)', form, withPoint(Uint8Array.of(parity, ...coordinates))),
    badKey('infinity-key', 'the point at infinity, one zero byte', form, withPoint(Uint8Array.of(0))),
    badKey('raw-point', 'the point without SubjectPublicKeyInfo', form, uncompressed),
    badKey(
      'explicit-parameters',
      'the curve is spelt out',
      form,
      sequence(curveOid(explicitCurve()), bitString(0, uncompressed)),
    ),
    badKey(
      'other-curve',
      'the curve is named secp256k1',
      form,
      sequence(curveOid(secp256k1), bitString(0, uncompressed)),
    ),
    badKey(
      'no-curve',
      'the curve is not named',
      form,
      sequence(curveOid(new Uint8Array(0)), bitString(0, uncompressed)),
    ),
    badKey(
      'unused-bits',
      'the bit string has an unused bit',
      form,
      sequence(curveOid(namedCurve), bitString(1, uncompressed)),
    ),
    badKey('long-length', 'a length in two bytes where one does', form, Uint8Array.of(0x30, 0x81, ...key.subarray(1))),
    badKey('trailing', 'a byte follows the key', form, Uint8Array.of(...key, 0)),
    badKey('cut', 'the last byte is missing', form, key.subarray(0, 90)),
    badKey('no-key', 'no bytes', form, new Uint8Array(0)),
    badKey('x-above-prime', 'x is p more than that of a point', canonical, spkiOf(small.x + p, small.y)),
    badKey('x-prime', 'x is p', canonical, spkiOf(p, small.y)),
    badKey('y-above-prime', 'y is 2^256 - 1', canonical, spkiOf(publicPoint.toAffine().x, 2n ** 256n - 1n)),
    badKey('off-curve', 'one bit of y is turned', offCurve, spkiOf(...split(odd))),
    badKey('x-and-y-zero', 'x and y are 0', offCurve, spkiOf(0n, 0n)),
    badKey('twist', 'x has no y on the curve', offCurve, spkiOf(firstMissingX(), 1n)),
  ]
}

function good(name: string, why: string, spkiBytes: Uint8Array, signature: Uint8Array): VectorCase {
  return {
    name,
    why,
    key: hex(spkiBytes),
    keyRefusal: null,
    message: hex(message),
    signature: hex(signature),
    valid: true,
  }
}

function bad(name: string, why: string, signature: Uint8Array, spkiBytes: Uint8Array = key): VectorCase {
  return { ...good(name, why, spkiBytes, signature), valid: false }
}

function badKey(name: string, why: string, keyRefusal: string, spkiBytes: Uint8Array): VectorCase {
  return { ...bad(name, why, raw(...both(ordinary)), spkiBytes), keyRefusal }
}

function sign(signer: bigint, k: bigint, e: bigint): { readonly r: bigint; readonly s: bigint } {
  const r = BASE.multiply(k).toAffine().x % n
  return { r, s: modulo(inverse(k) * (e + r * signer), n) }
}

function signedBy(signer: bigint): Uint8Array {
  return raw(...both(sign(signer, nonce, digest)))
}

/** The key under which (x(R) mod n, s) is a signature of the message: r^-1 (s R - e G). */
function recovered(point: Point, s: bigint): readonly [Uint8Array, Uint8Array] {
  const r = point.toAffine().x % n
  const signer = point
    .multiply(s)
    .subtract(BASE.multiply(modulo(digest, n)))
    .multiply(inverse(r))
  return [spki(signer), raw(r, s)]
}

function recoveredR(): bigint {
  return BASE.multiply(nonce).toAffine().x % n
}

/** A signature whose r begins with a zero byte. */
function shortR(): Uint8Array {
  for (let k = nonce; ; k++) {
    const { r, s } = sign(secret, k, digest)
    if (r < 2n ** 248n) return raw(r, s)
  }
}

/** The first x from `start` on that has a point. */
function firstX(start: bigint, step: bigint): bigint {
  for (let x = start; ; x += step) if (yOf(x) !== undefined) return x
}

function firstMissingX(): bigint {
  for (let x = 1n; ; x++) if (yOf(x) === undefined) return x
}

function firstPoint(start: bigint, step: bigint): Point {
  const x = firstX(start, step)
  return p256.Point.fromAffine({ x, y: yOf(x)! })
}

/** A root of x^3 + a x + b, which is its power (p + 1) / 4 as p = 3 mod 4. */
function yOf(x: bigint): bigint | undefined {
  const square = modulo(x * x * x + a * x + b, p)
  const root = power(square, (p + 1n) / 4n, p)
  return (root * root) % p === square ? root : undefined
}

function inverse(value: bigint): bigint {
  return power(modulo(value, n), n - 2n, n)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function both({ r, s }: { readonly r: bigint; readonly s: bigint }): [bigint, bigint] {
  return [r, s]
}

function split(coordinates: Uint8Array): [bigint, bigint] {
  return [BigInt(`0x${hex(coordinates.subarray(0, 32))}`), BigInt(`0x${hex(coordinates.subarray(32))}`)]
}

function bytes32(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

function raw(r: bigint, s: bigint): Uint8Array {
  return Uint8Array.of(...bytes32(r), ...bytes32(s))
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, position) => (position === index ? byte ^ 1 : byte))
}

function spki(point: Point): Uint8Array {
  const { x, y } = point.toAffine()
  return spkiOf(x, y)
}

function spkiOf(x: bigint, y: bigint): Uint8Array {
  return sequence(curveOid(namedCurve), bitString(0, Uint8Array.of(4, ...bytes32(x), ...bytes32(y))))
}

function curveOid(parameters: Uint8Array): Uint8Array {
  return sequence(Buffer.from('06072a8648ce3d0201', 'hex'), parameters)
}

function explicitCurve(): Uint8Array {
  const positive = (value: bigint) => element(2, Uint8Array.of(0, ...bytes32(value)))
  const one = element(2, Uint8Array.of(1))
  const field = sequence(Buffer.from('06072a8648ce3d0101', 'hex'), positive(p))
  const curve = sequence(element(4, bytes32(modulo(a, p))), element(4, bytes32(b)))
  return sequence(one, field, curve, element(4, BASE.toBytes(false)), positive(n), one)
}

function bitString(unused: number, content: Uint8Array): Uint8Array {
  return element(3, Uint8Array.of(unused, ...content))
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(0x30, Buffer.concat(parts))
}

function element(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.of(tag, ...header, ...content)
}
