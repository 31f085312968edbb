/** Devices' own submissions: the right to a manufacturer's name is the voucher's, item by item. */
import { beforeEach, describe, expect, it } from 'vitest'
import { certificates, deviceKey, pkiError, publicationPolicy } from '../../../pki/contract/index.ts'
import { issueVoucher, type VoucherOrder, voucherError } from '../../../pki/voucher/index.ts'
import { encodeAs, toHex } from '../../../src/codec/index.ts'
import { governanceError, possessionMessage } from '../../../src/governance/index.ts'
import { Preparer } from '../../../src/host/index.ts'
import type { TransactionSigner } from '../../../src/node/index.ts'
import { type BareChain, type NamedOperation, start } from '../../host/bare-chain.ts'
import { signerOf, type TestKey, testKey } from '../../ledger/members.ts'
import { rawVoucher } from '../voucher/lot.ts'
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
  withByteBehind,
} from './publication.ts'

let bare: BareChain
/** The key of `maker-bb` for every purpose, `line` among them. */
let line: TestKey
beforeEach(async () => {
  bare = await publicationChain()
  line = testKeyOf(other.signer)
})

const hour = 3_600_000n
const quorum = [maker.signer, operator.signer, regulator.signer]
const number = voucherError.numberOf

const order = (changes: Partial<VoucherOrder> = {}): VoucherOrder => ({
  chain: bare.chain.id,
  manufacturer: other.id,
  serials: { from: 'A00', to: 'A49' },
  expires: start + hour,
  ...changes,
})
const voucher = (changes: Partial<VoucherOrder> = {}, keys: readonly TestKey[] = [line]) =>
  issueVoucher(order(changes), keys)

type Item = { readonly certificate: Uint8Array; readonly voucher: Uint8Array }

/** Carried by a member that has nothing to do with the manufacturer. */
const carry = (items: readonly Item[], signers: readonly TransactionSigner[] = [operator.signer]) =>
  bare.run([['pki', 'publish-vouched', items]], signers)
const verdict = async ({ certificate }: Pick<Issued, 'certificate'>, permit: Uint8Array) =>
  (await carry([{ certificate, voucher: permit }])).operations[0]?.verdicts?.[0]

/** Runs what must change nothing beyond the leaf of ids. */
async function unchanged(act: () => Promise<unknown>): Promise<void> {
  const before = bare.state()
  await act()
  expect(bare.state()).toBe(before)
  expect(bare.faults).toEqual([])
}

const govern = async (operation: NamedOperation, signers: readonly TransactionSigner[] = quorum) =>
  expect((await bare.run([operation], signers)).code).toBe(0)

describe('a voucher', () => {
  it('lets any active member publish what lies within its range, both ends included', async () => {
    const permit = await voucher()
    const list = [await issue(bare, 'A00'), await issue(bare, 'A49')]
    const { code, operations } = await carry(list.map(({ certificate }) => ({ certificate, voucher: permit })))
    expect({ code, operations }).toEqual({ code: 0, operations: [{ verdicts: [0, 0] }] })
    const view = await bare.chain.view('head')
    for (const { parsed } of list) {
      expect(await view.get(certificates, parsed.fingerprint)).toMatchObject({ manufacturer: other.id })
    }
    await view.close()
  })

  it('makes the same record and event as a batch of the line', async () => {
    const permit = await voucher()
    const [one, two] = [await issue(bare, 'A01'), await issue(bare, 'A02')]
    const carried = await bare.block([
      await bare.sign(
        [['pki', 'publish-vouched', [{ certificate: one.certificate, voucher: permit }]]],
        [operator.signer],
      ),
    ])
    const signed = await bare.block([await bare.sign([publish(two.certificate)], [other.signer])])
    expect(carried.events.map(({ name }) => name)).toEqual(signed.events.map(({ name }) => name))
    const view = await bare.chain.view('head')
    const records = await Promise.all([one, two].map(({ parsed }) => view.get(certificates, parsed.fingerprint)))
    expect(Object.keys(records[0]!)).toEqual(Object.keys(records[1]!))
    await view.close()
  })

  it('does not publish twice: the same certificate again is unchanged, also when the voucher has ended since', async () => {
    const permit = await voucher()
    const cell = await issue(bare, 'A01')
    expect(await verdict(cell, permit)).toBe(0)
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(1))
    bare.time = start + 2n * hour
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(1))
  })

  it('needs as many line keys as the threshold asks for', async () => {
    const made = { manufacturer: maker.id }
    const cell = await issue(bare, 'A01', made)
    const one = await voucher(made, lineKeys.slice(0, 1))
    await unchanged(async () => expect(await verdict(cell, one)).toBe(number('threshold-not-met')))
    expect(await verdict(cell, await voucher(made, [lineKeys[2]!, lineKeys[0]!]))).toBe(0)
  })

  it('does not free a certificate from any other rule', async () => {
    const permit = await voucher()
    const key = testKey('ES256')
    expect(await verdict(await issue(bare, 'A01', {}, key), permit)).toBe(0)
    const again: readonly [Uint8Array, number][] = [
      [(await issue(bare, 'A02', {}, key)).certificate, pkiError.numberOf('key-in-use')],
      [(await issue(bare, 'A01')).certificate, pkiError.numberOf('device-has-certificate')],
      [(await issue(bare, 'A03', { chain: 'other-0123abcd' })).certificate, pkiError.numberOf('other-chain')],
      [altered({ ...(await issue(bare, 'A03')), key: testKey('ES256') }, {}), pkiError.numberOf('self-signature')],
      [(await issue(bare, 'A03', { notBefore: start + hour })).certificate, pkiError.numberOf('not-yet-valid')],
    ]
    for (const [certificate, expected] of again) {
      await unchanged(async () => expect(await verdict({ certificate }, permit)).toBe(expected))
    }
  })
})

describe('a voucher that permits nothing', () => {
  const cases: readonly [string, number, () => Uint8Array | Promise<Uint8Array>, string?][] = [
    ['for another chain', number('other-chain'), () => voucher({ chain: 'other-0123abcd' })],
    ['ended at block time', number('expired'), () => voucher({ expires: start + 1000n })],
    ['of another manufacturer', number('other-manufacturer'), () => voucher({ manufacturer: maker.id }, lineKeys)],
    ['for serials before it', number('outside-range'), () => voucher(), 'Z99'],
    ['for shorter serials', number('outside-range'), () => voucher({ serials: { from: 'A000', to: 'A999' } })],
    ['signed by a stranger', number('wrong-key'), () => voucher({}, [testKey()])],
    ["signed by a stranger beside the line's own key", number('wrong-key'), () => voucher({}, [line, testKey()])],
    ['signed by a key for other purposes', number('wrong-key'), () => voucher({}, [testKeyOf(maker.signer)])],
    [
      'with a signature of other terms',
      number('signature'),
      async () => rawVoucher(order(), line, [line.sign(Uint8Array.of(1))]),
    ],
    [
      'with an empty signature of the right length',
      number('signature'),
      () => rawVoucher(order(), line, [new Uint8Array(64)]),
    ],
    ['cut short', number('malformed'), async () => (await voucher()).subarray(0, -1)],
    ['with a byte behind it', number('malformed'), async () => withByteBehind(await voucher())],
    ['that is a certificate', number('malformed'), async () => (await issue(bare, 'A01')).certificate],
  ]

  it.each(cases.map(([what, code, make, serial]) => ({ what, code, make, serial })))(
    '$what refuses its item and no other, and changes nothing',
    async ({ code, make, serial = 'A01' }) => {
      const cell = await issue(bare, serial)
      await unchanged(async () => expect(await verdict(cell, await make())).toBe(code))
      const neighbour = await issue(bare, 'A02')
      const { operations } = await carry([
        { certificate: cell.certificate, voucher: await make() },
        { certificate: neighbour.certificate, voucher: await voucher() },
      ])
      expect(operations).toEqual([{ verdicts: [code, 0] }])
      const view = await bare.chain.view('head')
      expect(await view.by(certificates, 'device', deviceKey(other.id, serial))).toBeUndefined()
      await view.close()
    },
  )

  it('of a certificate without a manufacturer that is a member is refused, whatever its name', async () => {
    const foreign = await issue(bare, 'A01', { manufacturer: regulator.id })
    await unchanged(async () => expect(await verdict(foreign, await voucher())).toBe(number('other-manufacturer')))
  })

  it("of a member without a publisher's role is refused", async () => {
    const made = { manufacturer: regulator.id }
    const own = await issue(bare, 'A01', made)
    const permit = await voucher(made, [testKeyOf(regulator.signer)])
    await unchanged(async () => expect(await verdict(own, permit)).toBe(pkiError.numberOf('role-missing')))
  })
})

describe('what happens after a voucher was issued', () => {
  it('its expiry ends it, at block time and not at the clock of whoever carries', async () => {
    const permit = await voucher()
    const cell = await issue(bare, 'A01')
    bare.time = start + hour
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(number('expired')))
  })

  it('a rotation of the line key ends it, for good', async () => {
    const permit = await voucher()
    const next = testKey()
    await govern(
      [
        'governance',
        'rotate-keys',
        {
          member: other.id,
          keys: { purpose: 'line', threshold: 1, keys: [next.key] },
          possession: [next.sign(possessionMessage(bare.chain.id, other.id, 'line'))],
        },
      ],
      [other.signer],
    )
    const cell = await issue(bare, 'A01')
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(number('wrong-key')))
    expect(await verdict(cell, await voucher({}, [next]))).toBe(0)
  })

  it('a suspension of the manufacturer stops it, and its end lets it go on', async () => {
    const permit = await voucher()
    const cell = await issue(bare, 'A01')
    await govern(['governance', 'set-member-state', { member: other.id, state: 'suspended' }])
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(governanceError.numberOf('member-not-active')))
    await govern(['governance', 'set-member-state', { member: other.id, state: 'active' }])
    expect(await verdict(cell, permit)).toBe(0)
  })

  it('a withdrawal of the algorithm that signed it ends it', async () => {
    const { algorithm } = other.signer.key
    const permit = await voucher()
    await govern(['governance', 'withdraw-algorithm', { algorithm }])
    const cell = await issue(bare, 'A01', {}, testKey(algorithm === 'ES256' ? 'EdDSA' : 'ES256'))
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(pkiError.numberOf('algorithm-withdrawn')))
  })

  it('another policy of roles holds for it, too', async () => {
    const permit = await voucher()
    const value = encodeAs(publicationPolicy.schema, { ...publicationPolicy.initial, publisherRoles: ['operator'] })
    await govern(['governance', 'set-parameter', { module: 'pki', name: 'publication-policy', value, at: 0n }])
    const cell = await issue(bare, 'A01')
    await unchanged(async () => expect(await verdict(cell, permit)).toBe(pkiError.numberOf('role-missing')))
  })
})

describe('the carrier', () => {
  it('signs with a node key: whoever has none is refused whole', async () => {
    const nodeless = lineKeys.slice(0, 2).map((key) => signerOf(maker.id, key))
    const item = { certificate: (await issue(bare, 'A01')).certificate, voucher: await voucher() }
    await unchanged(async () =>
      expect(await carry([item], nodeless)).toEqual({
        code: governanceError.numberOf('purpose-missing'),
        operations: [],
      }),
    )
  })

  it('that is suspended is refused whole', async () => {
    const item = { certificate: (await issue(bare, 'A01')).certificate, voucher: await voucher() }
    await govern(['governance', 'set-member-state', { member: other.id, state: 'suspended' }])
    await unchanged(async () =>
      expect(await carry([item], [other.signer])).toEqual({
        code: governanceError.numberOf('member-not-active'),
        operations: [],
      }),
    )
  })

  it('gets no right to publish without vouchers', async () => {
    const { certificate } = await issue(bare, 'A01', { manufacturer: maker.id })
    await unchanged(async () =>
      expect((await bare.run([publish(certificate)], [maker.signer])).code).toBe(
        governanceError.numberOf('purpose-missing'),
      ),
    )
  })
})

describe('many items of one voucher', () => {
  it('share one check of its signature', async () => {
    const permit = await voucher()
    const items = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => ({
        certificate: (await issue(bare, `A0${index}`)).certificate,
        voucher: permit,
      })),
    )
    const bytes = await bare.sign([['pki', 'publish-vouched', items]], [operator.signer])
    const { operations } = await new Preparer().prepare(bytes, await bare.chain.program())
    const checks = operations[0]!.bound!.items.flatMap((item) => item.checks)
    expect(checks).toHaveLength(16)
    expect(new Set(checks).size).toBe(9)
    const { results } = await bare.block([bytes])
    expect(results[0]?.operations).toEqual([{ verdicts: items.map(() => 0) }])
  })

  it('and one damaged copy of it: that item alone is refused', async () => {
    const permit = await voucher()
    const damaged = permit.with(-1, permit.at(-1)! ^ 1)
    expect(toHex(damaged)).not.toBe(toHex(permit))
    const items = await Promise.all(
      [permit, damaged, permit].map(async (bytes, index) => ({
        certificate: (await issue(bare, `A1${index}`)).certificate,
        voucher: bytes,
      })),
    )
    expect((await carry(items)).operations).toEqual([{ verdicts: [0, number('signature'), 0] }])
  })
})

/** A member's signer as the key that it is made of. */
function testKeyOf({ key, sign }: TransactionSigner): TestKey {
  return {
    key,
    sign: (message) => {
      const signature = sign(message)
      if (!(signature instanceof Uint8Array)) throw new TypeError('test keys sign at once')
      return signature
    },
  }
}
