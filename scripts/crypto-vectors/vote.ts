/** The consensus vectors of votes: what ZIP-215 accepts beyond the rule of transactions, and what it refuses. */
import {
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
import { hex, text, type VectorCase, type VectorFile } from './vector-file.ts'

const message = text('a vote')
const key = publicPoint.toBytes()
const commitment = commitmentPoint.toBytes()
const ordinary = respond(commitment, key, message, nonce, secret)
const mixedKey = publicPoint.add(torsion).toBytes()
const mixedCommitment = commitmentPoint.add(torsion).toBytes()
const smallOrder = [...smallOrderCanonical, ...smallOrderOther]

export const voteVectors: VectorFile = {
  algorithm: 'EdDSA',
  about: 'Votes of validators: Ed25519 by ZIP-215; key is the raw 32 bytes, signature is R | S.',
  cases: [
    ...smallOrder.map((point, index) =>
      accepted(
        `small-order-${index}`,
        'A and R are of small order, S is 0',
        point,
        signature(smallOrder[13 - index]!, 0n),
      ),
    ),
    accepted('ordinary', 'a signature as any library makes it', key, ordinary),
    mixed('mixed-key', 'A has a part of order 8 that only the cofactor removes', commitment, mixedKey, 0n),
    mixed('mixed-commitment', 'R has a part of order 8', mixedCommitment, key, undefined),
    mixed('mixed-both', 'A and R have parts of order 8 that only the cofactor removes', mixedCommitment, mixedKey, 7n),
    ...smallOrder.map((point, index) =>
      accepted(`r-small-${index}`, 'R is of small order', key, respond(point, key, message, 0n, secret)),
    ),
    refused('s-order', 'S is L, which is 0 after reduction', smallOrder[0]!, signature(smallOrder[0]!, order)),
    refused('s-plus-order', 'S is L more than the right one', key, signature(commitment, scalarOf(ordinary) + order)),
    refused('key-missing', 'y of A has no point', encode(2n, 0), ordinary),
    refused('r-missing', 'y of R has no point', key, respond(encode(2n, 0), key, message, 0n, secret)),
    refused('key-not-canonical', 'y of A is p + 3, another key', encode(prime + 3n, 0), ordinary),
    refused('other-key', 'the signature is of another key', commitment, ordinary),
    refused('bit-in-r', 'one bit of R is turned', key, flipped(ordinary, 0)),
    refused('bit-in-s', 'one bit of S is turned', key, flipped(ordinary, 32)),
    refused('short', '63 bytes', key, ordinary.subarray(0, 63)),
    refused('long', '65 bytes', key, Uint8Array.of(...ordinary, 0)),
    refused('short-key', 'the key has 31 bytes', key.subarray(0, 31), ordinary),
  ],
}

/** The challenge is not `cancelling` modulo 8, so that the equation without cofactor does not hold. */
function mixed(name: string, why: string, r: Uint8Array, a: Uint8Array, cancelling: bigint | undefined): VectorCase {
  const words = grind(name, (candidate) => challenge(r, a, candidate) % 8n !== cancelling)
  return { ...accepted(name, why, a, respond(r, a, words, nonce, secret)), message: hex(words) }
}

function accepted(name: string, why: string, point: Uint8Array, signed: Uint8Array): VectorCase {
  return { name, why, key: hex(point), keyRefusal: null, message: hex(message), signature: hex(signed), valid: true }
}

function refused(name: string, why: string, point: Uint8Array, signed: Uint8Array): VectorCase {
  return { ...accepted(name, why, point, signed), valid: false }
}

function scalarOf(signed: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(signed.subarray(32)).reverse())}`)
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, position) => (position === index ? byte ^ 1 : byte))
}
