import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/codec/index.ts'
import { checkKey, ed25519Raw, ed25519Spki, isAcceptedKey, publicKeyFromSpki } from '../../../src/crypto/index.ts'

describe('public keys', () => {
  it('of node:crypto are recognised by their form', () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
    const edwards = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
    expect(publicKeyFromSpki(p256).algorithm).toBe('ES256')
    expect(publicKeyFromSpki(edwards).algorithm).toBe('EdDSA')
    for (const other of [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }),
    ]) {
      const spki = other.publicKey.export({ type: 'spki', format: 'der' })
      expect(() => publicKeyFromSpki(spki)).toThrow(expect.objectContaining({ code: 'crypto.key-unsupported' }))
    }
  })

  it('of Ed25519 go to their raw form and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
        expect(ed25519Raw(ed25519Spki(raw))).toEqual(raw)
      }),
    )
  })

  it('of Ed25519 are accepted exactly when a second implementation decodes them and finds no small order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
        expect(isAcceptedKey(ed25519Spki(raw))).toBe(decodes(raw))
      }),
      { numRuns: 300 },
    )
    const order8 = ED25519_TORSION_SUBGROUP.map((hex) => fromHex(hex))
    for (const raw of order8) {
      expect(() => checkKey(ed25519Spki(raw))).toThrow(expect.objectContaining({ code: 'crypto.key-small-order' }))
    }
  })

  it('are found in the portable half without anything of node', () => {
    const folder = path.join(import.meta.dirname, '../../../src/crypto/portable')
    for (const name of readdirSync(folder)) {
      const text = readFileSync(path.join(folder, name), 'utf8')
      const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, source]) => source!)
      for (const source of imports) {
        expect(source, name).toMatch(/^(@noble\/|\.\/|\.\.\/errors\.ts$|\.\.\/\.\.\/(codec|errors)\/index\.ts$)/)
      }
      // Node's own SHA-256 is taken where the runtime offers it, without an import.
      if (name !== 'digest.ts') expect(text, name).not.toMatch(/\bBuffer\b|\bprocess\b|node:/)
    }
  })
})

function decodes(raw: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(raw, false).isSmallOrder()
  } catch {
    return false
  }
}
