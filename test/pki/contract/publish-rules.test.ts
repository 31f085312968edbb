/** Rules of publication that need state: time, keys, devices, signers. */
import { beforeEach, describe, expect, it } from 'vitest'
import { der } from '../../../pki/certificate/der/index.ts'
import { certificateError } from '../../../pki/certificate/index.ts'
import { certificates, deviceKey, pkiError, publicationPolicy } from '../../../pki/contract/index.ts'
import { encodeAs, utf8 } from '../../../src/codec/index.ts'
import { governanceError } from '../../../src/governance/index.ts'
import type { TransactionSigner } from '../../../src/node/index.ts'
import { type BareChain, type NamedOperation, start } from '../../host/bare-chain.ts'
import { signerOf, testKey } from '../../ledger/members.ts'
import {
  altered,
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
beforeEach(async () => {
  bare = await publicationChain()
})

const line = lineKeys.map((key) => signerOf(maker.id, key))
const run = (operation: NamedOperation, signers: readonly TransactionSigner[] = [other.signer]) =>
  bare.run([operation], signers)
const verdicts = async (list: readonly Issued[], signers: readonly TransactionSigner[] = [other.signer]) =>
  (await run(publish(...list.map(({ certificate }) => certificate)), signers)).operations[0]?.verdicts
const revoke = ({ parsed }: Issued): NamedOperation => [
  'pki',
  'revoke',
  [{ fingerprint: parsed.fingerprint, reason: 'key-compromise' }],
]
const number = pkiError.numberOf

/** Runs what must change nothing beyond the leaf of ids. */
async function unchanged(act: () => Promise<unknown>): Promise<void> {
  const before = bare.state()
  await act()
  expect(bare.state()).toBe(before)
  expect(bare.faults).toEqual([])
}

describe('validity against block time', () => {
  const skew = 600_000n
  const at = start + 1000n

  it.each([
    ['beginning at the skew from now', { notBefore: at + skew }, 0],
    ['beginning a second later than that', { notBefore: at + skew + 1000n }, number('not-yet-valid')],
    ['ending at block time', { notBefore: start - 10_000n, notAfter: at }, 0],
    ['ended a second before block time', { notBefore: start - 10_000n, notAfter: at - 1000n }, number('expired')],
    ['ended long ago', { notBefore: 0n, notAfter: 86_400_000n }, number('expired')],
    ['ending a second from now', { notBefore: start - 10_000n, notAfter: at + 1000n }, 0],
    [
      'of a day more than 20 years',
      { notAfter: start + 7306n * 86_400_000n },
      certificateError.numberOf('profile-validity'),
    ],
  ] as const)('%s', async (_, changes, verdict) => {
    const limit = { notBefore: start, notAfter: start + 7305n * 86_400_000n }
    const sound = await issue(bare, 'A1', limit)
    const times = { ...limit, ...changes }
    const certificate = altered(sound, { validity: der.sequence(der.time(times.notBefore), der.time(times.notAfter)) })
    const before = bare.state()
    expect((await run(publish(certificate))).operations).toEqual([{ verdicts: [verdict] }])
    expect(bare.state() === before).toBe(verdict !== 0)
  })

  it('follows the skew that the policy names', async () => {
    const value = encodeAs(publicationPolicy.schema, { ...publicationPolicy.initial, clockSkew: 0n })
    const decision = { module: 'pki', name: 'publication-policy', value, at: 0n }
    const quorum = [maker.signer, operator.signer, regulator.signer]
    expect((await run(['governance', 'set-parameter', decision], quorum)).code).toBe(0)
    expect(await verdicts([await issue(bare, 'A1', { notBefore: bare.time + 1000n })])).toEqual([
      number('not-yet-valid'),
    ])
    expect(await verdicts([await issue(bare, 'A1', { notBefore: bare.time })])).toEqual([0])
  })

  it('is judged before anything else is taken: the same bytes are published once their time has come', async () => {
    const early = await issue(bare, 'A1', { notBefore: bare.time + skew + 2000n })
    await unchanged(async () => expect(await verdicts([early])).toEqual([number('not-yet-valid')]))
    bare.time += 2000n
    expect(await verdicts([early])).toEqual([0])
  })
})

describe('a key', () => {
  it('serves one certificate: not another device, nor another manufacturer, nor the same device anew', async () => {
    const key = testKey('ES256')
    const first = await issue(bare, 'A1', {}, key)
    const others = [await issue(bare, 'A2', {}, key), await issue(bare, 'A1', { batch: 'b2' }, key)]
    expect(await verdicts([first])).toEqual([0])
    await unchanged(async () => expect(await verdicts(others)).toEqual([number('key-in-use'), number('key-in-use')]))
    const foreign = await issue(bare, 'A1', { manufacturer: maker.id }, key)
    await unchanged(async () => expect(await verdicts([foreign], line.slice(1))).toEqual([number('key-in-use')]))
  })

  it('never comes back, not even after its certificate is revoked', async () => {
    const key = testKey('EdDSA')
    const first = await issue(bare, 'A1', {}, key)
    expect(await verdicts([first])).toEqual([0])
    expect((await run(revoke(first))).code).toBe(0)
    await unchanged(async () =>
      expect(await verdicts([await issue(bare, 'A1', { batch: 'b2' }, key)])).toEqual([number('key-in-use')]),
    )
    await unchanged(async () => expect(await verdicts([first])).toEqual([1]))
  })

  it('is taken by the first of two in one batch, and by the first of two transactions in one block', async () => {
    const key = testKey('ES256')
    const [first, second, third] = [
      await issue(bare, 'A1', {}, key),
      await issue(bare, 'A2', {}, key),
      await issue(bare, 'A3', {}, key),
    ]
    const batch = await bare.sign([publish(first.certificate, second.certificate)], [other.signer])
    const next = await bare.sign([publish(third.certificate)], [other.signer])
    const { results } = await bare.block([batch, next])
    expect(results.map(({ operations }) => operations[0]!.verdicts)).toEqual([
      [0, number('key-in-use')],
      [number('key-in-use')],
    ])
  })

  it('that was refused is free for the next', async () => {
    const key = testKey('ES256')
    const late = await issue(bare, 'A1', { notBefore: 0n, notAfter: 86_400_000n }, key)
    expect(await verdicts([late, await issue(bare, 'A2', {}, key)])).toEqual([number('expired'), 0])
  })
})

describe('a device', () => {
  it('has one certificate in force', async () => {
    const [first, second] = [await issue(bare, 'A1'), await issue(bare, 'A1')]
    expect(await verdicts([first, second])).toEqual([0, number('device-has-certificate')])
    await unchanged(async () => expect(await verdicts([second])).toEqual([number('device-has-certificate')]))
    expect(await verdicts([await issue(bare, 'a1')])).toEqual([0])
  })

  it('gets its next one after a revocation, and the index leads to that', async () => {
    const [first, second] = [await issue(bare, 'A1'), await issue(bare, 'A1')]
    await verdicts([first])
    await run(revoke(first))
    expect(await verdicts([second])).toEqual([0])
    const view = await bare.chain.view('head')
    expect(await view.by(certificates, 'device', deviceKey(other.id, 'A1'))).toMatchObject({
      fingerprint: second.parsed.fingerprint,
    })
    expect(await view.get(certificates, first.parsed.fingerprint)).toMatchObject({
      states: [{ state: 'valid' }, { state: 'revoked', reason: 'key-compromise' }],
    })
    expect([
      await view.count(certificates, 'state', utf8('valid')),
      await view.count(certificates, 'state', utf8('revoked')),
    ]).toEqual([1n, 1n])
  })

  it('of another manufacturer may have the same serial', async () => {
    const foreign = await issue(bare, 'A1', { manufacturer: maker.id })
    expect(await verdicts([await issue(bare, 'A1')])).toEqual([0])
    expect(await verdicts([foreign], line.slice(0, 2))).toEqual([0])
  })
})

describe('who signs', () => {
  const refusals: readonly (readonly [string, number, readonly TransactionSigner[], string?])[] = [
    [
      'nobody that is known',
      governanceError.numberOf('unknown-member'),
      [signerOf('stranger', testKey())],
      'unknown-member',
    ],
    ['one line key of two', governanceError.numberOf('threshold-not-met'), line.slice(0, 1), 'threshold-not-met'],
    [
      'a key of another member',
      governanceError.numberOf('not-a-key-of'),
      [{ ...other.signer, subject: utf8(maker.id) }],
      'not-a-key-of',
    ],
    ['a key for other purposes', governanceError.numberOf('purpose-missing'), [maker.signer]],
    [
      'the right line key beside one of a stranger',
      governanceError.numberOf('not-a-key-of'),
      [...line, signerOf(maker.id, testKey())],
      'not-a-key-of',
    ],
  ]

  it.each(refusals.map(([who, code, signers, atAdmission]) => ({ who, code, signers, atAdmission })))(
    '$who refuses the transaction whole',
    async ({ code, signers, atAdmission }) => {
      const { certificate } = await issue(bare, 'A1', { manufacturer: maker.id })
      const bytes = await bare.sign([publish(certificate)], signers)
      const expected =
        atAdmission === undefined ? { accepted: true } : { refusal: { code: `governance.${atAdmission}` } }
      expect(await bare.chain.admit(bytes, 'api')).toMatchObject(expected)
      await unchanged(async () => expect((await bare.block([bytes])).results).toEqual([{ code, operations: [] }]))
    },
  )

  it('another manufacturer than the certificate names refuses the item', async () => {
    const foreign = await issue(bare, 'A1', { manufacturer: maker.id })
    await unchanged(async () => expect(await verdicts([foreign])).toEqual([number('not-manufacturer')]))
    await unchanged(async () =>
      expect(await verdicts([foreign], [other.signer, maker.signer])).toEqual([number('not-manufacturer')]),
    )
  })

  it("a member without a publisher's role refuses the item", async () => {
    const own = await issue(bare, 'A1', { manufacturer: regulator.id })
    await unchanged(async () => expect(await verdicts([own], [regulator.signer])).toEqual([number('role-missing')]))
  })

  it('two manufacturers together publish for both, and two of three line keys are enough', async () => {
    const list = [await issue(bare, 'A1', { manufacturer: maker.id }), await issue(bare, 'A1')]
    expect(await verdicts(list, [other.signer, line[0]!, line[2]!])).toEqual([0, 0])
  })

  it('a certificate of another chain is refused, whoever signs', async () => {
    const foreign = await issue(bare, 'A1', { chain: 'other-0123abcd' })
    await unchanged(async () => expect(await verdicts([foreign])).toEqual([number('other-chain')]))
  })
})

describe('an algorithm that was withdrawn', () => {
  it('publishes no more; the other one does', async () => {
    const quorum = [maker.signer, operator.signer, regulator.signer]
    expect((await run(['governance', 'withdraw-algorithm', { algorithm: 'ES256' }], quorum)).code).toBe(0)
    const list = [await issue(bare, 'A1'), await issue(bare, 'A1', {}, testKey('EdDSA'))]
    expect(await verdicts(list)).toEqual([number('algorithm-withdrawn'), 0])
  })
})
