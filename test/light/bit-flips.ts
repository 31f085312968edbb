import { createPublicKey, verify } from 'node:crypto'
import { equalBytes } from '../../src/codec/index.ts'
import { type SignatureVerifier, verifyVote } from '../../src/crypto/index.ts'
import type { SignedHeader } from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'

/** The places (bit numbers) at which one flipped bit goes unnoticed by `act`, and the codes of the refusals. */
export function flipEachBit(
  bytes: Uint8Array,
  act: (flipped: Uint8Array) => unknown,
): { readonly unnoticed: readonly number[]; readonly codes: ReadonlySet<string> } {
  const unnoticed: number[] = []
  const codes = new Set<string>()
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
    const refusal = refusalOf(() => act(flipped))
    if (typeof refusal === 'string') codes.add(refusal)
    else unnoticed.push(bit)
  }
  return { unnoticed, codes }
}

/**
 * The rule of votes, faster where thousands of messages are wrong: on an honest signature node:crypto and ZIP-215 agree,
 * so only a changed signature needs the slow one.
 */
export function quickVerifier({ votes }: SignedHeader): SignatureVerifier {
  const isHonest = (signature: Uint8Array) => votes.some((vote) => equalBytes(vote.signature, signature))
  return {
    verify: (key, message, signature) =>
      isHonest(signature)
        ? verify(null, message, createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' }), signature)
        : verifyVote(key, message, signature),
  }
}
