import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { cryptoVectorDocuments } from '../../scripts/generate-crypto-vectors.ts'
import { fromHex, type PublicKey } from '../../src/codec/index.ts'
import {
  checkKey,
  ed25519Spki,
  verifyPortable,
  verifySignature,
  verifySignatures,
  verifyVote,
  voteVerifier,
} from '../../src/crypto/index.ts'
import edDsa from '../../src/crypto/vectors/eddsa.json' with { type: 'json' }
import es256 from '../../src/crypto/vectors/es256.json' with { type: 'json' }
import { consensusVectorsDigest, runConsensusVectors } from '../../src/crypto/vectors/index.ts'
import vote from '../../src/crypto/vectors/vote.json' with { type: 'json' }

const files = [
  { algorithm: 'ES256', cases: es256.cases },
  { algorithm: 'EdDSA', cases: edDsa.cases },
] as const

describe('consensus vectors', () => {
  it('are decided as written by the node half', () => {
    expect(() => runConsensusVectors()).not.toThrow()
  })

  it('are decided as written by the portable half', () => {
    expect(() => runConsensusVectors({ checkKey, verifySignature: verifyPortable, verifyVote })).not.toThrow()
  })

  it('are decided as written by the thread pool', async () => {
    const vectors = files.flatMap(({ algorithm, cases }) => cases.map((vector) => ({ algorithm, vector })))
    const verdicts = await verifySignatures(
      vectors.map(({ algorithm, vector }) => ({
        key: { algorithm, spki: fromHex(vector.key) },
        message: fromHex(vector.message),
        signature: fromHex(vector.signature),
      })),
    )
    expect(verdicts).toEqual(vectors.map(({ vector }) => vector.valid))
  })

  it('hold accepted and refused cases of both algorithms under names that occur once', () => {
    for (const { cases } of [es256, edDsa, vote]) {
      expect(new Set(cases.map((vector) => vector.name)).size).toBe(cases.length)
      expect(new Set(cases.map((vector) => vector.valid))).toEqual(new Set([true, false]))
    }
  })

  it('name the first case that a machine decides differently', () => {
    const everything = { checkKey, verifySignature: () => true, verifyVote }
    expect(() => runConsensusVectors(everything)).toThrow(
      expect.objectContaining({
        code: 'crypto.vectors-differ',
        details: expect.objectContaining({ name: 'ES256 r-zero' }),
      }),
    )
    expect(() => runConsensusVectors({ checkKey: () => {}, verifySignature, verifyVote })).toThrow(
      expect.objectContaining({ code: 'crypto.vectors-differ' }),
    )
    expect(() => runConsensusVectors({ checkKey, verifySignature, verifyVote: verifySignature })).toThrow(
      expect.objectContaining({ code: 'crypto.vectors-differ' }),
    )
  })

  it('have a digest of 32 bytes that does not depend on the run', () => {
    expect(consensusVectorsDigest()).toHaveLength(32)
    expect(consensusVectorsDigest()).toEqual(consensusVectorsDigest())
  })

  it('are what their generator writes', async () => {
    const root = path.join(import.meta.dirname, '../..')
    for (const document of cryptoVectorDocuments) {
      expect(readFileSync(path.join(root, document.path), 'utf8')).toBe(await document.make())
    }
  })
})

describe('the rule of votes', () => {
  const special = vote.cases.filter((vector) => vector.valid && vector.name !== 'ordinary')

  it.each(special)('accepts $name, which the rule of transactions refuses', (vector) => {
    const key: PublicKey = ed25519Spki(fromHex(vector.key))
    const message = fromHex(vector.message)
    const signature = fromHex(vector.signature)
    expect(verifyVote(key, message, signature)).toBe(true)
    expect(verifyVote(fromHex(vector.key), message, signature)).toBe(true)
    expect(voteVerifier.verify(key, message, signature)).toBe(true)
    expect(verifySignature(key, message, signature)).toBe(false)
    expect(verifyPortable(key, message, signature)).toBe(false)
  })

  it('accepts S = 0 for every pair of points of small order in every encoding', () => {
    const points = special.filter(({ name }) => name.startsWith('small-order-')).map(({ key }) => fromHex(key))
    expect(points).toHaveLength(14)
    for (const key of points) {
      for (const commitment of points) {
        const signature = new Uint8Array(64)
        signature.set(commitment)
        expect(verifyVote(key, fromHex('5a63617368'), signature)).toBe(true)
        expect(voteVerifier.verify(ed25519Spki(key), fromHex('5a63617368'), signature)).toBe(true)
        expect(verifySignature(ed25519Spki(key), fromHex('5a63617368'), signature)).toBe(false)
      }
    }
  })

  it('refuses keys that are not Ed25519, also under a false name', () => {
    const spki = fromHex(es256.cases[0]!.key)
    const message = fromHex(es256.cases[0]!.message)
    const signature = fromHex(es256.cases[0]!.signature)
    for (const algorithm of ['ES256', 'EdDSA'] as const) {
      expect(verifyVote({ algorithm, spki }, message, signature)).toBe(false)
      expect(voteVerifier.verify({ algorithm, spki }, message, signature)).toBe(false)
    }
  })
})
