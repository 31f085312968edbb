import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCbor, encodeCbor, signedBytes } from '../../src/codec/index.ts'
import {
  keyDigest,
  publicKeyFromSpki,
  sha256,
  signatureAlgorithm,
  signatureAlgorithms,
  verifyPortable,
  verifySignature,
  verifySignatures,
  voteVerifier,
} from '../../src/crypto/index.ts'
import { sha256 as portableSha256 } from '../../src/crypto/portable/index.ts'

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

function signer(algorithm: keyof typeof pairs) {
  const { publicKey, privateKey } = pairs[algorithm]
  const digest = algorithm === 'ES256' ? 'sha256' : null
  return {
    key: publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))),
    sign: (message: Uint8Array) =>
      new Uint8Array(sign(digest, message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
}

function withBitTurned(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

describe.each(['ES256', 'EdDSA'] as const)('%s', (algorithm) => {
  const { key, sign: signMessage } = signer(algorithm)

  it('accepts what was signed, of any length, in all three verifiers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (message) => {
        const signature = signMessage(message)
        expect(verifySignature(key, message, signature)).toBe(true)
        expect(verifyPortable(key, message, signature)).toBe(true)
        expect(await verifySignatures([{ key, message, signature }])).toEqual([true])
      }),
      { numRuns: 50 },
    )
  })

  it('refuses every single bit turned in the signature', async () => {
    const message = new Uint8Array(100)
    const signature = signMessage(message)
    const checks = Array.from({ length: 512 }, (_, bit) => ({ key, message, signature: withBitTurned(signature, bit) }))
    expect(await verifySignatures(checks)).toEqual(checks.map(() => false))
    for (const check of checks) expect(verifySignature(key, message, check.signature)).toBe(false)
  })

  it('refuses a bit turned in message or key, and both halves agree', () => {
    const message = new Uint8Array(40)
    const signature = signMessage(message)
    fc.assert(
      fc.property(fc.nat(319), fc.nat(8 * key.spki.length - 1), (messageBit, keyBit) => {
        const otherMessage = withBitTurned(message, messageBit)
        const otherKey = { algorithm, spki: withBitTurned(key.spki, keyBit) }
        for (const verify of [verifySignature, verifyPortable]) {
          expect(verify(key, otherMessage, signature)).toBe(false)
          expect(verify(otherKey, message, signature)).toBe(false)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('gives the same verdict in both halves for arbitrary bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 60, maxLength: 68 }),
        fc.uint8Array({ maxLength: 8 }),
        (signature, message) => {
          expect(verifyPortable(key, message, signature)).toBe(verifySignature(key, message, signature))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('refuses the key under the other algorithm', () => {
    const message = Uint8Array.of(1)
    const other = algorithm === 'ES256' ? 'EdDSA' : 'ES256'
    expect(verifySignature({ algorithm: other, spki: key.spki }, message, signMessage(message))).toBe(false)
    expect(verifyPortable({ algorithm: other, spki: key.spki }, message, signMessage(message))).toBe(false)
  })
})

describe('verifySignatures', () => {
  it('keeps the order of thousands of mixed checks, from several callers at once', async () => {
    const signers = [signer('ES256'), signer('EdDSA')]
    const checks = Array.from({ length: 1500 }, (_, index) => {
      const { key, sign: signMessage } = signers[index % 2]!
      const message = Uint8Array.of(index & 255, index >> 8)
      const signature = signMessage(index % 3 === 0 ? Uint8Array.of(9) : message)
      return { key, message, signature }
    })
    const expected = checks.map((_, index) => index % 3 !== 0)
    const verdicts = await Promise.all([1, 2, 3].map(() => verifySignatures(checks)))
    for (const verdict of verdicts) expect(verdict).toEqual(expected)
  })

  it('decides no checks as no verdicts', async () => {
    expect(await verifySignatures([])).toEqual([])
  })
})

describe('algorithms', () => {
  it('have the COSE numbers that the envelope writes', () => {
    for (const { name, coseNumber } of Object.values(signatureAlgorithms)) {
      const structure = decodeCbor(signedBytes(new Uint8Array(0), name))
      expect(structure).toContainEqual(encodeCbor(new Map([[1, coseNumber]])))
    }
  })

  it('are refused when the table has no row, also under the names of object members', () => {
    for (const name of ['ES384', '', 'constructor', '__proto__', 'es256']) {
      expect(() => signatureAlgorithm(name)).toThrow(expect.objectContaining({ code: 'crypto.algorithm-unknown' }))
    }
  })
})

describe('voteVerifier', () => {
  it('accepts an ordinary signature and refuses another message', () => {
    const { key, sign: signMessage } = signer('EdDSA')
    const message = Uint8Array.of(1, 2, 3)
    expect(voteVerifier.verify(key, message, signMessage(message))).toBe(true)
    expect(voteVerifier.verify(key, Uint8Array.of(1, 2), signMessage(message))).toBe(false)
  })
})

describe('sha256', () => {
  it('is the same in both halves, and names keys', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(sha256(bytes)).toEqual(portableSha256(bytes))
      }),
    )
    const { key } = signer('ES256')
    expect(keyDigest(key)).toEqual(sha256(key.spki))
  })
})
