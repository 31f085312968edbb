/** What a running node answers to whoever submits: a refusal with its code at once, or the one result of the block. */
import { afterAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { certificates, pkiError } from '../../../pki/contract/index.ts'
import {
  concat,
  decodeEnvelope,
  encodeEnvelope,
  maximumTransactionBytes,
  maximumValidity,
  signedBytes,
  toHex,
} from '../../../src/codec/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { signerOf, testKey, testMember } from '../../ledger/members.ts'
import { testDatabase } from '../../postgres.ts'

const vendor = testMember('maker', ['vendor'])
const operator = testMember('operator', ['operator'])
const lineKeys = [testKey(), testKey()]
const factory = testMember('factory', ['vendor'], { line: { threshold: 2, keys: lineKeys } })
const ledger = await startTestLedger({ database: await testDatabase(), members: [vendor, operator, factory] })
afterAll(() => ledger.stop())

const { submissions } = ledger.node
const device = (serial: string, member = vendor.id) => testDevice(ledger.chain.id, member, serial)
const publication = (...list: readonly Uint8Array[]) =>
  ['pki', 'publish', list.map((certificate) => ({ certificate }))] as const
const signed = async (serial: string, changes = {}) =>
  ledger.sign([publication((await device(serial)).certificate)], [vendor.signer], changes)
const later = () => (ledger.chain.head?.time ?? 0n) + maximumValidity + 600_000n

describe('a submission is refused before any block, with its code and a sentence, and no root moves', () => {
  it.each<[string, string, () => Promise<Uint8Array>]>([
    ['cut short', 'codec.truncated', async () => (await signed('R1')).subarray(0, -1)],
    ['with a byte behind it', 'codec.trailing', async () => concat(await signed('R2'), Uint8Array.of(0))],
    ['too large', 'codec.too-large', async () => new Uint8Array(maximumTransactionBytes + 1)],
    ['for another chain', 'transaction.other-chain', () => signed('R3', { chain: 'other-0123abcd' })],
    ['expired', 'transaction.expired', () => signed('R4', { validUntil: 1n })],
    ['too far ahead', 'transaction.too-far', () => signed('R5', { validUntil: later() })],
    [
      'with a broken signature',
      'transaction.signature',
      async () => {
        const { payload, signatures } = decodeEnvelope(await signed('R6'))
        return encodeEnvelope(payload, [signatures[0]!.with(40, signatures[0]![40]! ^ 1)])
      },
    ],
    [
      'signed by nobody',
      'governance.unknown-member',
      async () => ledger.sign([publication((await device('R7')).certificate)], [signerOf('nobody', testKey())]),
    ],
    [
      'signed for another member',
      'governance.not-a-key-of',
      async () => ledger.sign([publication((await device('R8')).certificate)], [signerOf(vendor.id, testKey())]),
    ],
    [
      'signed by one key of two',
      'governance.threshold-not-met',
      async () =>
        ledger.sign([publication((await device('R9', factory.id)).certificate)], [signerOf(factory.id, lineKeys[0]!)]),
    ],
  ])('%s: %s', async (_, code, make) => {
    const { root } = ledger.chain.head!
    const error: unknown = await submissions.submit(await make()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^{}]+$/) })
    expect(toHex(ledger.chain.head!.root)).toBe(toHex(root))
  })
})

describe('an executed transaction', () => {
  it('is answered with its one result, however often and by whatever signature it comes again', async () => {
    const bytes = await signed('A1')
    const first = await submissions.submit(bytes)
    const { payload } = decodeEnvelope(bytes)
    const anew = encodeEnvelope(payload, [await vendor.signer.sign(signedBytes(payload, 'ES256'))])
    expect(toHex(anew)).not.toBe(toHex(bytes))
    const { root } = ledger.chain.head!
    for (const again of [bytes, anew]) expect(await submissions.submit(again)).toEqual(first)
    expect(toHex(ledger.chain.head!.root)).toBe(toHex(root))
    expect(first.result).toEqual({ code: 0, operations: [{ verdicts: [0] }] })
  })

  it('is executed once when two signatures of it race', async () => {
    const bytes = await signed('A2')
    const { payload } = decodeEnvelope(bytes)
    const anew = encodeEnvelope(payload, [await vendor.signer.sign(signedBytes(payload, 'ES256'))])
    const [first, second] = await Promise.all([submissions.submit(bytes), submissions.submit(anew)])
    expect(second).toEqual(first)
  })

  it('is executed once when the same bytes race', async () => {
    const bytes = await signed('A4')
    const [first, second] = await Promise.all([submissions.submit(bytes), submissions.submit(bytes)])
    expect(second).toEqual(first)
  })

  it('that a rule refused is answered with that refusal', async () => {
    const { certificate } = await device('A3', operator.id)
    const bytes = await ledger.sign([publication(certificate)], [vendor.signer])
    const first = await submissions.submit(bytes)
    expect(first.result.operations).toEqual([{ verdicts: [pkiError.numberOf('not-manufacturer')] }])
    expect(await submissions.submit(bytes)).toEqual(first)
    const view = await ledger.chain.view('head')
    expect(await view.get(certificates, parseCertificate(certificate).fingerprint)).toBeUndefined()
    await view.close()
  })
})
