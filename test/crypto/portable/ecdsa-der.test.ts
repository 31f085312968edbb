import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/codec/index.ts'
import { derFromRaw, rawFromDer } from '../../../src/crypto/index.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function scalar(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0'))
}

describe('ECDSA signatures in DER', () => {
  it('go back and forth for all r and s, short ones included', () => {
    const value = fc.tuple(fc.bigInt({ min: 1n, max: order - 1n }), fc.nat(255)).map(([number, shift]) => {
      const shortened = number >> BigInt(shift)
      return shortened === 0n ? 1n : shortened
    })
    fc.assert(
      fc.property(value, value, (r, s) => {
        const raw = Uint8Array.of(...scalar(r), ...scalar(s))
        const der = derFromRaw(raw)
        expect(der[1]).toBe(der.length - 2)
        expect(rawFromDer(der)).toEqual(raw)
      }),
    )
  })

  it('are what node:crypto makes and reads', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const der = new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'der' }))
        const raw = rawFromDer(der)
        expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true)
        expect(derFromRaw(raw)).toEqual(der)
      }),
    )
  })

  it('are what openssl reads', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ecdsa-der-'))
    const file = (name: string) => path.join(folder, name)
    const message = Uint8Array.of(1, 2, 3)
    writeFileSync(file('message'), message)
    writeFileSync(file('key'), publicKey.export({ type: 'spki', format: 'pem' }))
    writeFileSync(
      file('signature'),
      derFromRaw(new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }))),
    )
    const output = execFileSync('openssl', [
      ...['dgst', '-sha256', '-verify', file('key'), '-signature', file('signature'), file('message')],
    ])
    expect(output.toString()).toContain('Verified OK')
    rmSync(folder, { recursive: true })
  })

  it('of the smallest and largest values have 8 and 72 bytes', () => {
    expect(derFromRaw(Uint8Array.of(...scalar(1n), ...scalar(1n)))).toEqual(fromHex('3006020101020101'))
    expect(derFromRaw(Uint8Array.of(...scalar(order - 1n), ...scalar(order - 1n)))).toHaveLength(72)
  })
})
