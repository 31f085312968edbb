import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/codec/index.ts'
import {
  checkKey,
  derFromRaw,
  ed25519Raw,
  ed25519Spki,
  publicKeyFromSpki,
  rawFromDer,
  signatureAlgorithms,
} from '../../../src/crypto/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'

const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
  return 'accepted'
}

describe('malformed DER signatures', () => {
  it.each([
    ['empty', ''],
    ['only a tag', '30'],
    ['an empty sequence', '3000'],
    ['a set', '3106020101020101'],
    ['a length that is too short', '3005020101020101'],
    ['a length that is too long', '3007020101020101'],
    ['a length in two bytes', '308106020101020101'],
    ['an indefinite length', '30800201010201010000'],
    ['bytes after the sequence', '300602010102010100'],
    ['bytes after s', '30080201010201010500'],
    ['only r', '3003020101'],
    ['r cut off', '3003020201'],
    ['s cut off', '3006020101020201'],
    ['a third integer', '3009020101020101020101'],
    ['r is a bit string', '3006030101020101'],
    ['r without bytes', '30050200020101'],
    ['r zero', '3006020100020101'],
    ['s zero', '3006020101020100'],
    ['r negative', '3006020180020101'],
    ['r with a needless zero', '300702020001020101'],
    ['r with an integer length in two bytes', '300702810101020101'],
    ['r is n', `3026022100${order}020101`],
    ['s is n', `30260201010221 00${order}`.replace(' ', '')],
    ['r has 33 significant bytes', `302602 2101${order}020101`.replace(' ', '')],
    ['r has 34 bytes', `302702220100${order}020101`],
  ])('are refused: %s', (_, hex) => {
    expect(codeOf(() => rawFromDer(fromHex(hex)))).toBe('crypto.signature-form')
  })

  it('are refused as raw bytes of another length or range', () => {
    const one = fromHex('01'.padStart(64, '0'))
    for (const raw of [
      new Uint8Array(0),
      new Uint8Array(63).fill(1),
      new Uint8Array(65).fill(1),
      new Uint8Array(64),
      Uint8Array.of(...one, ...fromHex(order)),
      Uint8Array.of(...fromHex(order), ...one),
    ]) {
      expect(codeOf(() => derFromRaw(raw))).toBe('crypto.signature-form')
    }
  })

  it('are never accepted in a second form: what is read is written the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.boolean(), (bytes, framed) => {
        const der = framed ? Uint8Array.of(0x30, bytes.length, ...bytes) : bytes
        let raw: Uint8Array
        try {
          raw = rawFromDer(der)
        } catch (error) {
          expect(error).toMatchObject({ code: 'crypto.signature-form' })
          return
        }
        expect(derFromRaw(raw)).toEqual(der)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('malformed keys', () => {
  it('are refused by form before any arithmetic', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (spki) => {
        expect(codeOf(() => publicKeyFromSpki(spki))).toBe('crypto.key-unsupported')
        expect(codeOf(() => checkKey({ algorithm: 'ES256', spki }))).toBe('crypto.key-form')
        expect(codeOf(() => checkKey({ algorithm: 'EdDSA', spki }))).toBe('crypto.key-form')
      }),
    )
  })

  it('with a random point are refused with one of the documented codes', () => {
    const codes = ['accepted', 'crypto.key-not-canonical', 'crypto.point-not-on-curve', 'crypto.key-small-order']
    for (const { spkiPrefix, spkiLength } of Object.values(signatureAlgorithms)) {
      const size = spkiLength - spkiPrefix.length
      fc.assert(
        fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (point) => {
          expect(codes).toContain(codeOf(() => publicKeyFromSpki(Uint8Array.of(...spkiPrefix, ...point))))
        }),
      )
    }
  })

  it('of Ed25519 are refused when they have not 32 bytes or are of another algorithm', () => {
    expect(codeOf(() => ed25519Spki(new Uint8Array(31)))).toBe('crypto.key-form')
    expect(codeOf(() => ed25519Spki(new Uint8Array(33)))).toBe('crypto.key-form')
    const key = ed25519Spki(new Uint8Array(32))
    expect(codeOf(() => ed25519Raw({ algorithm: 'ES256', spki: key.spki }))).toBe('crypto.key-form')
    expect(codeOf(() => ed25519Raw({ algorithm: 'EdDSA', spki: key.spki.subarray(1) }))).toBe('crypto.key-form')
  })
})
