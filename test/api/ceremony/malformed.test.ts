import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeJoin,
  decodeNetwork,
  encodeNetwork,
  joinMessage,
  maximumJoinBytes,
  verifyJoin,
} from '../../../api/ceremony/index.ts'
import { concat, decodeCbor, encodeCbor } from '../../../src/codec/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { refusalOf } from '../../engine/refusal.ts'
import { joinBytes, joinOf, testOrganisation } from './organisations.ts'

const organisation = testOrganisation('operator-north', ['operator'])
const bytes = await joinBytes(organisation)
const [terms, signatures] = decodeCbor(bytes) as [Uint8Array, Uint8Array[]]
const other = await joinOf(testOrganisation('operator-south', ['operator']))

/** What reading and verifying a join file says of these bytes. */
const verdict = (given: Uint8Array): Promise<string> => refusalOf(async () => verifyJoin(decodeJoin('x.join', given)))

describe('a join file', () => {
  it('is what every key has signed', async () => {
    await expect(verifyJoin(decodeJoin('x.join', bytes))).resolves.toBeUndefined()
    expect(joinMessage(terms).subarray(0, 17)).toEqual(
      concat(Uint8Array.of(0x82, 0x6f), new TextEncoder().encode('commonroot join')),
    )
  })

  it('with any byte changed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const broken = bytes.slice()
        broken[place]! ^= change
        expect(await verdict(broken)).toMatch(/^network\.join-(malformed|signature)$/)
      }),
      { numRuns: 300 },
    )
  })

  it('cut short, or with something behind it, is refused', async () => {
    for (let length = 0; length < bytes.length; length += 7) {
      expect(await verdict(bytes.subarray(0, length))).toBe('network.join-malformed')
    }
    expect(await verdict(concat(bytes, Uint8Array.of(0)))).toBe('network.join-malformed')
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('{"network":"telecom"}')],
    ['a list that is too short', encodeCbor([terms])],
    ['a signature too few', encodeCbor([terms, signatures.slice(1)])],
    ['a signature too many', encodeCbor([terms, [...signatures, signatures[0]!]])],
    ['no signatures', encodeCbor([terms, []])],
    ['too many bytes', new Uint8Array(maximumJoinBytes + 1)],
    ['deep nesting', new Uint8Array(1_000).fill(0x81)],
  ])('made of %s is refused', async (_name, given) => {
    expect(await verdict(given)).toBe('network.join-malformed')
  })

  it('with its signatures in another order is refused', async () => {
    expect(await verdict(encodeCbor([terms, signatures.toReversed()]))).toBe('network.join-signature')
  })

  it('with the signatures of another file is refused', async () => {
    expect(await verdict(encodeCbor([terms, [...other.signatures]]))).toBe('network.join-signature')
  })

  it.each([
    '',
    'north',
    'north:',
    'north:0',
    'north:65536',
    'north:01',
    'NORTH:1',
    'no rth:1',
    '[::1:1',
    `${'x'.repeat(260)}:1`,
  ])('with the address %j is refused', async (address) => {
    const wrong = { ...organisation, terms: { ...organisation.terms, node: { ...organisation.terms.node!, address } } }
    expect(await refusalOf(async () => decodeJoin('x.join', await joinBytes(wrong)))).toMatch(/^(network|codec)\./)
  })

  it('with a key that is on no curve is refused', async () => {
    const node = { ...organisation.terms.node!, validator: new Uint8Array(32).fill(0xff) }
    const wrong = { ...organisation, terms: { ...organisation.terms, node } }
    expect(await refusalOf(async () => decodeJoin('x.join', await joinBytes(wrong)))).toMatch(/^(network|crypto)\./)
  })
})

describe('a network file', async () => {
  const joins = [await joinOf(organisation), other]
  const file = encodeNetwork({ joins })

  it('is read', async () => {
    expect((await decodeNetwork('n', file)).joins.length).toBe(2)
  })

  it('with its join files in another order is refused: one network has one file', async () => {
    expect(await refusalOf(() => decodeNetwork('n', encodeNetwork({ joins: joins.toReversed() })))).toBe(
      'network.network-malformed',
    )
  })

  it('with any byte changed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const broken = file.slice()
        broken[place]! ^= change
        const outcome = await decodeNetwork('n', broken).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(outcome).toBeInstanceOf(CommonrootError)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['no join files', encodeCbor(['commonroot network', []])],
    ['another kind', encodeCbor(['commonroot netwerk', joins.map((join) => join.bytes)])],
    ['a join file itself', bytes],
  ])('made of %s is refused', async (_name, given) => {
    expect(await refusalOf(() => decodeNetwork('n', given))).toBe('network.network-malformed')
  })
})
