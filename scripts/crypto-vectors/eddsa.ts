/** The consensus vectors of EdDSA: edges of what the written predicate accepts, and forms that libraries disagree on. */
import {
  BASE,
  challenge,
  commitmentPoint,
  encode,
  grind,
  nonce,
  order,
  prime,
  publicPoint,
  respond,
  secret,
  signature,
  smallOrderCanonical,
  smallOrderOther,
  torsion,
} from './ed25519.ts'
import { hex, modulo, text, type VectorCase, type VectorFile } from './vector-file.ts'

const message = text('a message of the ledger')
const key = publicPoint.toBytes()
const commitment = commitmentPoint.toBytes()
const ordinary = respond(commitment, key, message, nonce, secret)
const prefix = Buffer.from('302a300506032b6570032100', 'hex')
const form = 'crypto.key-form'
const canonical = 'crypto.key-not-canonical'
const small = 'crypto.key-small-order'
const missing = 'crypto.point-not-on-curve'

export const edDsaVectors: VectorFile = {
  algorithm: 'EdDSA',
  about: 'Ed25519 without cofactor; key is SubjectPublicKeyInfo, signature is R | S. See signatureAlgorithms.',
  cases: [...validCases(), ...mixedCases(), ...signatureCases(), ...keyCases()],
}

function validCases(): readonly VectorCase[] {
  const empty = new Uint8Array(0)
  const zeroResponse = modulo(-challenge(commitment, key, message) * secret, order)
  return [
    good('ordinary', 'a signature as any library makes it', key, message, ordinary),
    good('empty-message', 'no bytes are signed', key, empty, respond(commitment, key, empty, nonce, secret)),
    good('r-one', 'R is the base point', key, message, respond(BASE.toBytes(), key, message, 1n, secret)),
    {
      ...good('s-zero-wrong', 'S is 0 and the equation does not hold', key, message, signature(commitment, 0n)),
      valid: false,
    },
    {
      ...good(
        's-largest-wrong',
        'S is L - 1 and the equation does not hold',
        key,
        message,
        signature(commitment, order - 1n),
      ),
      valid: false,
    },
    {
      ...good('s-without-nonce', 'S is k a with the wrong sign', key, message, signature(commitment, zeroResponse)),
      valid: false,
    },
  ]
}

/** Points with a part of order 8: the equations with and without cofactor give different answers. */
function mixedCases(): readonly VectorCase[] {
  const mixedKey = publicPoint.add(torsion).toBytes()
  const mixedCommitment = commitmentPoint.add(torsion).toBytes()
  const vanishing = grind('key', (words) => challenge(commitment, mixedKey, words) % 8n === 0n)
  const remaining = grind('key', (words) => challenge(commitment, mixedKey, words) % 8n !== 0n)
  const cancelling = grind('both', (words) => challenge(mixedCommitment, mixedKey, words) % 8n === 7n)
  const adding = grind('both', (words) => challenge(mixedCommitment, mixedKey, words) % 8n === 1n)
  const both = (words: Uint8Array) => respond(mixedCommitment, mixedKey, words, nonce, secret)
  return [
    good(
      'mixed-key-vanishing',
      'A has a part of order 8 that k removes',
      mixedKey,
      vanishing,
      respond(commitment, mixedKey, vanishing, nonce, secret),
    ),
    bad(
      'mixed-key-remaining',
      'A has a part of order 8 that only the cofactor would remove',
      mixedKey,
      remaining,
      respond(commitment, mixedKey, remaining, nonce, secret),
    ),
    bad(
      'mixed-commitment',
      'R has a part of order 8',
      key,
      message,
      respond(mixedCommitment, key, message, nonce, secret),
    ),
    good('mixed-both-cancelling', 'the parts of order 8 in A and R cancel', mixedKey, cancelling, both(cancelling)),
    bad('mixed-both-adding', 'the parts of order 8 in A and R do not cancel', mixedKey, adding, both(adding)),
  ]
}

function signatureCases(): readonly VectorCase[] {
  const response = ordinary.subarray(32)
  const s = BigInt(`0x${hex(Uint8Array.from(response).reverse())}`)
  const withCommitment = (name: string, why: string, bytes: Uint8Array) =>
    bad(name, why, key, message, respond(bytes, key, message, 0n, secret))
  return [
    bad('s-plus-order', 'S is L more than the right one', key, message, signature(commitment, s + order)),
    bad('s-order', 'S is L', key, message, signature(commitment, order)),
    bad('s-high-bits', 'S has its three top bits set', key, message, signature(commitment, s | (7n << 253n))),
    bad('all-ones', 'every bit is set', key, message, new Uint8Array(64).fill(0xff)),
    bad('all-zeros', 'every bit is clear', key, message, new Uint8Array(64)),
    ...smallOrderCanonical.map((bytes, index) =>
      withCommitment(`r-small-${index}`, `R is ${index} times a point of order 8`, bytes),
    ),
    ...smallOrderOther.map((bytes, index) =>
      withCommitment(`r-small-other-${index}`, 'R is of small order and not canonical', bytes),
    ),
    withCommitment('r-not-canonical', 'y of R is p + 3', encode(prime + 3n, 0)),
    withCommitment('r-missing', 'y of R has no point', encode(2n, 0)),
    bad(
      'r-negated',
      'x of R has the other sign',
      key,
      message,
      respond(commitmentPoint.negate().toBytes(), key, message, nonce, secret),
    ),
    bad('other-message', 'the signature is of another message', key, text('another message'), ordinary),
    bad('other-key', 'the signature is of another key', BASE.toBytes(), message, ordinary),
    bad('empty', 'no signature', key, message, new Uint8Array(0)),
    bad('short', '63 bytes', key, message, ordinary.subarray(0, 63)),
    bad('long', '65 bytes', key, message, Uint8Array.of(...ordinary, 0)),
    bad('bit-in-r', 'one bit of R is turned', key, message, flipped(ordinary, 0)),
    bad('bit-in-s', 'one bit of S is turned', key, message, flipped(ordinary, 32)),
  ]
}

function keyCases(): readonly VectorCase[] {
  const spki = spkiOf(key)
  const nulled = Buffer.concat([Buffer.from('302c300706032b65700500032100', 'hex'), key])
  const agreement = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), key])
  return [
    ...smallOrderCanonical.map((bytes, index) =>
      smallKey(`key-small-${index}`, `A is ${index} times a point of order 8`, small, bytes),
    ),
    ...smallOrderOther.map((bytes, index) =>
      smallKey(
        `key-small-other-${index}`,
        'A is of small order and not canonical',
        index < 4 ? canonical : small,
        bytes,
      ),
    ),
    badKey('key-not-canonical', 'y of A is p + 3', canonical, spkiOf(encode(prime + 3n, 0))),
    badKey('key-largest', 'every bit of A is set', canonical, spkiOf(new Uint8Array(32).fill(0xff))),
    badKey('key-missing', 'y of A has no point', missing, spkiOf(encode(2n, 0))),
    badKey('key-missing-sign', 'y of A has no point, sign bit set', missing, spkiOf(encode(2n, 1))),
    badKey('raw-key', 'the point without SubjectPublicKeyInfo', form, key),
    badKey('null-parameters', 'the algorithm has NULL parameters', form, nulled),
    badKey('x25519', 'the algorithm is X25519', form, agreement),
    badKey('unused-bits', 'the bit string has an unused bit', form, flipped(spki, 11)),
    badKey('trailing', 'a byte follows the key', form, Uint8Array.of(...spki, 0)),
    badKey('cut', 'the last byte is missing', form, spki.subarray(0, 43)),
    badKey('no-key', 'no bytes', form, new Uint8Array(0)),
  ]
}

function good(name: string, why: string, point: Uint8Array, words: Uint8Array, signed: Uint8Array): VectorCase {
  return {
    name,
    why,
    key: hex(spkiOf(point)),
    keyRefusal: null,
    message: hex(words),
    signature: hex(signed),
    valid: true,
  }
}

function bad(name: string, why: string, point: Uint8Array, words: Uint8Array, signed: Uint8Array): VectorCase {
  return { ...good(name, why, point, words, signed), valid: false }
}

function badKey(name: string, why: string, keyRefusal: string, spki: Uint8Array): VectorCase {
  return { ...bad(name, why, key, message, ordinary), key: hex(spki), keyRefusal }
}

/** Under a key of order 8 or less the equation holds for every message whose k is a multiple of 8. */
function smallKey(name: string, why: string, keyRefusal: string, point: Uint8Array): VectorCase {
  const words = grind(name, (candidate) => challenge(commitment, point, candidate) % 8n === 0n)
  return { ...bad(name, why, point, words, respond(commitment, point, words, nonce, 0n)), keyRefusal }
}

function spkiOf(point: Uint8Array): Uint8Array {
  return Buffer.concat([prefix, point])
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, position) => (position === index ? byte ^ 1 : byte))
}
