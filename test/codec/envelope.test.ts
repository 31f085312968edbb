import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { encode as encodeCborg, rfc8949EncodeOptions } from 'cborg'
import { describe, expect, it } from 'vitest'
import {
  decodeEnvelope,
  encodeEnvelope,
  encodePayload,
  maximumSigners,
  maximumTransactionBytes,
  type SignerClaim,
  signedBytes,
  type Transaction,
  toHex,
  utf8,
} from '../../src/codec/index.ts'
import { refusalOf } from './refusal.ts'

const signer = (seed: number, algorithm: 'ES256' | 'EdDSA' = 'ES256'): SignerClaim => ({
  kind: 'member',
  subject: utf8(`member-${seed}`),
  key: { algorithm, spki: new Uint8Array(91).fill(seed) },
})
const transactionOf = (...signers: readonly SignerClaim[]): Transaction => ({
  chain: 'main-0123abcd',
  operations: [{ module: 'pki', type: 'publish', body: Uint8Array.of(0xa0) }],
  validUntil: 1_700_000_000_000n,
  nonce: new Uint8Array(16).fill(9),
  signers,
})

describe('a transaction of one to three signers', () => {
  it.each([
    ['one', [signer(1)]],
    ['two', [signer(1), signer(2, 'EdDSA')]],
    ['three, in an order of their own', [signer(3, 'EdDSA'), signer(1), signer(2)]],
    ['two keys of one subject', [signer(1), { ...signer(1), key: signer(2).key }]],
    ['one key of two subjects', [signer(1), { ...signer(1), subject: utf8('other') }]],
  ])('comes back: %s', (_, signers) => {
    const transaction = transactionOf(...signers)
    const payload = encodePayload(transaction)
    const signatures = signers.map((_, index) => new Uint8Array(64).fill(index))
    const bytes = encodeEnvelope(payload, signatures)
    expect(decodeEnvelope(bytes)).toEqual({ bytes, payload, transaction, signatures })
  })

  it('has the bytes of RFC 9052 section 4.1, made by another library', () => {
    const transaction = transactionOf(signer(1), signer(2, 'EdDSA'))
    const payload = encodeCborg(transaction, rfc8949EncodeOptions)
    expect(toHex(encodePayload(transaction))).toBe(toHex(payload))
    const signatures = [new Uint8Array(64).fill(1), new Uint8Array(64).fill(2)]
    const parts = [
      [Uint8Array.of(0xa1, 0x01, 0x26), new Map(), signatures[0]],
      [Uint8Array.of(0xa1, 0x01, 0x27), new Map(), signatures[1]],
    ]
    const message = [new Uint8Array(0), new Map(), payload, parts]
    const independent = `d862${toHex(encodeCborg(message, rfc8949EncodeOptions))}`
    expect(toHex(encodeEnvelope(payload, signatures))).toBe(independent)
  })

  it('can be as many signers as the limit', () => {
    const signers = Array.from({ length: maximumSigners }, (_, index) => signer(index))
    const payload = encodePayload(transactionOf(...signers))
    const bytes = encodeEnvelope(
      payload,
      Array.from(signers, () => Uint8Array.of(1)),
    )
    expect(decodeEnvelope(bytes).signatures.length).toBe(maximumSigners)
  })
})

describe('what a signer signs', () => {
  it.each([
    ['ES256', -7],
    ['EdDSA', -8],
  ] as const)('is the Sig_structure of RFC 9052 section 4.4, for %s', (algorithm, number) => {
    const payload = encodePayload(transactionOf(signer(1, algorithm)))
    const protectedHeader = encodeCborg(new Map([[1, number]]), rfc8949EncodeOptions)
    const structure = ['Signature', new Uint8Array(0), protectedHeader, new Uint8Array(0), payload]
    expect(toHex(signedBytes(payload, algorithm))).toBe(toHex(encodeCborg(structure, rfc8949EncodeOptions)))
  })

  it('differs between algorithms, so that a signature cannot be carried over', () => {
    const payload = encodePayload(transactionOf(signer(1)))
    expect(signedBytes(payload, 'ES256')).not.toEqual(signedBytes(payload, 'EdDSA'))
  })

  it('can be signed and verified with the keys of the payload', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
    const payload = encodePayload(transactionOf({ ...signer(1), key: { algorithm: 'EdDSA', spki } }))
    const signature = new Uint8Array(sign(null, signedBytes(payload, 'EdDSA'), privateKey))
    const decoded = decodeEnvelope(encodeEnvelope(payload, [signature]))
    expect(verify(null, signedBytes(decoded.payload, 'EdDSA'), publicKey, decoded.signatures[0] ?? signature)).toBe(
      true,
    )
  })
})

describe('the writer refuses what the reader would', () => {
  const payload = encodePayload(transactionOf(signer(1)))
  it('a signer listed twice', () => {
    expect(refusalOf(() => encodePayload(transactionOf(signer(1), signer(2), signer(1))))).toBe('codec.envelope')
  })
  it('a payload that is none', () => {
    expect(refusalOf(() => encodePayload({ ...transactionOf(signer(1)), operations: [] }))).toBe('codec.schema')
    expect(refusalOf(() => encodeEnvelope(Uint8Array.of(0xa0), [Uint8Array.of(1)]))).toBe('codec.missing-field')
  })
  it.each([0, 8193])('a signature of %s bytes', (length) => {
    expect(refusalOf(() => encodeEnvelope(payload, [new Uint8Array(length)]))).toBe('codec.envelope')
  })
  it('another number of signatures', () => {
    expect(() => encodeEnvelope(payload, [])).toThrow(TypeError)
    expect(() => encodeEnvelope(payload, [Uint8Array.of(1), Uint8Array.of(2)])).toThrow(TypeError)
  })
  it('too large a transaction', () => {
    const body = new Uint8Array(maximumTransactionBytes)
    const large = { ...transactionOf(signer(1)), operations: [{ module: 'pki', type: 'publish', body }] }
    expect(refusalOf(() => encodeEnvelope(encodePayload(large), [Uint8Array.of(1)]))).toBe('codec.too-large')
  })
})
