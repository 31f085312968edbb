/** Revocation, one by one and by predicate: who may, what it covers, what it leaves. */
import { beforeEach, describe, expect, it } from 'vitest'
import { certificates, massRevocationOf, pkiError } from '../../../pki/contract/index.ts'
import { toHex, utf8 } from '../../../src/codec/index.ts'
import { governanceError, standings } from '../../../src/governance/index.ts'
import type { TransactionSigner } from '../../../src/node/index.ts'
import type { BareChain, NamedOperation } from '../../host/bare-chain.ts'
import { signerOf } from '../../ledger/members.ts'
import {
  type Issued,
  issue,
  lineKeys,
  maker,
  operator,
  other,
  publicationChain,
  publish,
  regulator,
} from './publication.ts'

let bare: BareChain
let certificate: Issued
beforeEach(async () => {
  bare = await publicationChain()
  certificate = await issue(bare, 'A1')
  await bare.run([publish(certificate.certificate)], [other.signer])
})

const revocation = (...list: readonly Uint8Array[]): NamedOperation => [
  'pki',
  'revoke',
  list.map((fingerprint) => ({ fingerprint, reason: 'key-compromise' })),
]
const massRevocation = (body: object): NamedOperation => [
  'pki',
  'mass-revoke',
  { manufacturer: other.id, reason: 'key-compromise', ...body },
]
const number = pkiError.numberOf
const record = async ({ parsed }: Issued) => (await bare.chain.view('head')).get(certificates, parsed.fingerprint)
const standing = async () => (await (await bare.chain.view('head')).get(standings, utf8(other.id)))!
const isCovered = async (issued: Issued) => massRevocationOf((await record(issued))!, await standing()) !== undefined

describe('a revocation', () => {
  it('is final: the second changes nothing, whoever sends it', async () => {
    const { fingerprint } = certificate.parsed
    const first = await bare.run([revocation(fingerprint, fingerprint)], [other.signer])
    expect(first.operations).toEqual([{ verdicts: [0, 1] }])
    const before = bare.state()
    expect((await bare.run([revocation(fingerprint)], [regulator.signer])).operations).toEqual([{ verdicts: [1] }])
    expect(bare.state()).toBe(before)
    expect((await record(certificate))?.states).toHaveLength(2)
  })

  it.each<[string, () => readonly TransactionSigner[], number[]]>([
    ['another manufacturer', () => [maker.signer], [number('may-not-revoke')]],
    ['an operator', () => [operator.signer], [number('may-not-revoke')]],
    ['the regulator', () => [regulator.signer], [0]],
    ['its manufacturer', () => [other.signer], [0]],
    ['its manufacturer beside another', () => [maker.signer, other.signer], [0]],
  ])('by %s', async (_, signers, verdicts) => {
    const before = bare.state()
    const { operations } = await bare.run([revocation(certificate.parsed.fingerprint)], signers())
    expect(operations).toEqual([{ verdicts }])
    expect(bare.state() === before).toBe(verdicts[0] !== 0)
  })

  it('by line keys alone is refused whole', async () => {
    const before = bare.state()
    const line = lineKeys.slice(0, 2).map((key) => signerOf(maker.id, key))
    const code = governanceError.numberOf('purpose-missing')
    expect(await bare.run([revocation(certificate.parsed.fingerprint)], line)).toEqual({ code, operations: [] })
    expect(bare.state()).toBe(before)
  })

  it('of what was never published is refused, beside one that is done', async () => {
    const list = [new Uint8Array(32), certificate.parsed.fingerprint]
    const { operations } = await bare.run([revocation(...list)], [other.signer])
    expect(operations).toEqual([{ verdicts: [number('unknown-certificate'), 0] }])
  })

  it('says in a message what is missing', () => {
    expect(pkiError('unknown-certificate', { fingerprint: toHex(new Uint8Array(32)) }).message).toContain('0000')
  })
})

describe('a mass revocation', () => {
  it.each<[string, NamedOperation, readonly TransactionSigner[], number]>([
    [
      'of nobody',
      massRevocation({ manufacturer: 'nobody' }),
      [regulator.signer],
      governanceError.numberOf('unknown-member'),
    ],
    ['by another manufacturer', massRevocation({}), [maker.signer], number('may-not-revoke')],
    ['with half a range of serials', massRevocation({ serialFrom: 'A1' }), [other.signer], number('serial-range')],
    [
      'with serials of two lengths',
      massRevocation({ serialFrom: 'A1', serialTo: 'A10' }),
      [other.signer],
      number('serial-range'),
    ],
    [
      'with serials the wrong way round',
      massRevocation({ serialFrom: 'A2', serialTo: 'A1' }),
      [other.signer],
      number('serial-range'),
    ],
  ])('%s is refused', async (_, operation, signers, code) => {
    const before = bare.state()
    expect(await bare.run([operation], signers)).toEqual({ code, operations: [] })
    expect(bare.state()).toBe(before)
    expect(bare.faults).toEqual([])
  })

  it.each<[string, object, boolean]>([
    ['everything', {}, true],
    ['its model', { model: 'cell-1' }, true],
    ['another model', { model: 'cell-10' }, false],
    ['its model but another batch', { model: 'cell-1', batch: 'b2' }, false],
    ['firmware below its own', { firmwareBelow: [1, 0, 0] }, false],
    ['firmware below the next', { firmwareBelow: [1, 0, 1] }, true],
    ['firmware below a longer one', { firmwareBelow: [1, 0, 0, 0] }, true],
    ['firmware below a shorter one', { firmwareBelow: [1, 0] }, false],
    ['a range that begins with it', { serialFrom: 'A1', serialTo: 'A9' }, true],
    ['a range that ends with it', { serialFrom: 'A0', serialTo: 'A1' }, true],
    ['a range beside it', { serialFrom: 'A2', serialTo: 'A9' }, false],
    ['a range of longer serials around it', { serialFrom: 'A00', serialTo: 'A99' }, false],
  ])('of %s', async (_, predicate, covered) => {
    const { code } = await bare.run([massRevocation(predicate)], [regulator.signer])
    expect(code).toBe(0)
    expect(await isCovered(certificate)).toBe(covered)
  })

  it('covers what was published up to its block, and nothing later', async () => {
    const [same, later] = [await issue(bare, 'A2'), await issue(bare, 'A3')]
    const { results } = await bare.block([
      await bare.sign([massRevocation({})], [regulator.signer]),
      await bare.sign([publish(same.certificate)], [other.signer]),
    ])
    expect(results.map(({ code }) => code)).toEqual([0, 0])
    await bare.run([publish(later.certificate)], [other.signer])
    expect([await isCovered(certificate), await isCovered(same), await isCovered(later)]).toEqual([true, true, false])
  })

  it('ends the record of a device only when it gets its next certificate, with the reason of the mass revocation', async () => {
    const next = await issue(bare, 'A1')
    const before = await bare.run([publish(next.certificate)], [other.signer])
    expect(before.operations).toEqual([{ verdicts: [number('device-has-certificate')] }])
    await bare.run([massRevocation({ reason: 'cessation-of-operation' })], [regulator.signer])
    expect((await record(certificate))?.states).toHaveLength(1)
    const after = await bare.run([publish(next.certificate)], [other.signer])
    expect(after.operations).toEqual([{ verdicts: [0] }])
    expect((await record(certificate))?.states.at(-1)).toMatchObject({
      state: 'revoked',
      reason: 'cessation-of-operation',
    })
    expect(await isCovered(next)).toBe(false)
  })

  it('holds the widest predicate that certificates can fit', async () => {
    const words = {
      model: '型'.repeat(64),
      batch: '批'.repeat(64),
      firmware: Array.from({ length: 8 }, () => 2_147_483_646),
    }
    const serial = 'S'.repeat(64)
    const wide = await issue(bare, serial, words)
    expect((await bare.run([publish(wide.certificate)], [other.signer])).operations).toEqual([{ verdicts: [0] }])
    const predicate = {
      model: words.model,
      batch: words.batch,
      firmwareBelow: Array.from({ length: 8 }, () => 2_147_483_647),
      serialFrom: 'A'.repeat(64),
      serialTo: 'Z'.repeat(64),
    }
    expect((await bare.run([massRevocation(predicate)], [regulator.signer])).code).toBe(0)
    expect(bare.faults).toEqual([])
    expect(await isCovered(wide)).toBe(true)
    expect(await isCovered(certificate)).toBe(false)
  })
})
