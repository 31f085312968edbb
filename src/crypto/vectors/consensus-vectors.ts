/**
 * The consensus vectors: signatures on which every node must decide alike. A node runs them when it starts and does not
 * validate on a machine that differs; the protocol names their digest, so that nodes also agree on the vectors.
 */
import { type CborValue, encodeCbor, fromHex, type PublicKey } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { cryptoError } from '../errors.ts'
import { checkKey, ed25519Spki, signatureAlgorithm } from '../portable/index.ts'
import { sha256, verifySignature, voteVerifier } from '../verify.ts'
import edDsa from './eddsa.json' with { type: 'json' }
import es256 from './es256.json' with { type: 'json' }
import vote from './vote.json' with { type: 'json' }

/** What the vectors are run against: the node half unless a test asks for another. */
export type VerificationHalf = {
  readonly checkKey: (key: PublicKey) => void
  readonly verifySignature: (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean
  readonly verifyVote: (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean
}

type Case = {
  readonly name: string
  readonly key: string
  readonly keyRefusal: string | null
  readonly message: string
  readonly signature: string
  readonly valid: boolean
}

const nodeHalf: VerificationHalf = { checkKey, verifySignature, verifyVote: voteVerifier.verify }
const signatureFiles = [es256, edDsa]
const rawKeyLength = 32

/** Decides every vector; about 0.2 s. @throws crypto.vectors-differ naming the first case that is decided differently */
export function runConsensusVectors(half: VerificationHalf = nodeHalf): void {
  for (const { algorithm, cases } of signatureFiles) {
    for (const vector of cases) {
      const key: PublicKey = { algorithm: signatureAlgorithm(algorithm).name, spki: fromHex(vector.key) }
      expect(`${algorithm} ${vector.name} key`, vector.keyRefusal ?? 'accepted', keyVerdict(half, key))
      expectVerdict(`${algorithm} ${vector.name}`, vector, (message, signature) =>
        half.verifySignature(key, message, signature),
      )
    }
  }
  for (const vector of vote.cases) {
    const raw = fromHex(vector.key)
    expectVerdict(
      `vote ${vector.name}`,
      vector,
      (message, signature) => raw.length === rawKeyLength && half.verifyVote(ed25519Spki(raw), message, signature),
    )
  }
}

/** SHA-256 of what the vectors say, whatever the layout of their files: 32 bytes. */
export function consensusVectorsDigest(): Uint8Array {
  const files = [...signatureFiles, vote].map(({ algorithm, cases }) => [algorithm, cases.map(contentOf)])
  return sha256(encodeCbor(files))
}

function contentOf(vector: Case): CborValue {
  const { name, key, keyRefusal, message, signature, valid } = vector
  return [name, fromHex(key), keyRefusal, fromHex(message), fromHex(signature), valid]
}

function expectVerdict(
  name: string,
  vector: Case,
  decide: (message: Uint8Array, signature: Uint8Array) => boolean,
): void {
  const verdict = decide(fromHex(vector.message), fromHex(vector.signature))
  expect(name, vector.valid ? 'valid' : 'invalid', verdict ? 'valid' : 'invalid')
}

function keyVerdict(half: VerificationHalf, key: PublicKey): string {
  try {
    half.checkKey(key)
    return 'accepted'
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
}

function expect(name: string, expected: string, actual: string): void {
  if (expected !== actual) throw cryptoError('vectors-differ', { name, expected, actual })
}
