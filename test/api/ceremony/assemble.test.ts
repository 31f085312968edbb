import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assembleNetwork,
  decodeNetwork,
  encodeNetwork,
  type Join,
  type JoinTerms,
  requirePast,
} from '../../../api/ceremony/index.ts'
import { genesisDigest } from '../../../src/chain/index.ts'
import { decodeAs, toHex } from '../../../src/codec/index.ts'
import { authority } from '../../../src/governance/index.ts'
import { refusalOf } from '../../engine/refusal.ts'
import { joinOf, joinTime, type TestOrganisation, testOrganisation } from './organisations.ts'

const four = [
  testOrganisation('operator-north', ['operator'], { time: joinTime + 3n }),
  testOrganisation('operator-south', ['operator']),
  testOrganisation('vendor-aurora', ['vendor']),
  testOrganisation('regulator', ['regulator']),
]
const [north, south, aurora] = four as [TestOrganisation, TestOrganisation, TestOrganisation, TestOrganisation]
const joins = await Promise.all(four.map(joinOf))
const network = await assembleNetwork(joins)

/** The code with which these organisations are refused. */
async function refusal(...organisations: readonly TestOrganisation[]): Promise<string> {
  return refusalOf(async () => assembleNetwork(await Promise.all(organisations.map(joinOf))))
}

function changed(organisation: TestOrganisation, change: (terms: JoinTerms) => Partial<JoinTerms>): TestOrganisation {
  return { ...organisation, terms: { ...organisation.terms, ...change(organisation.terms) } }
}

function withNode(organisation: TestOrganisation, node: Partial<NonNullable<JoinTerms['node']>>): TestOrganisation {
  return changed(organisation, (terms) => ({ node: { ...terms.node!, ...node } }))
}

function withPower(organisation: TestOrganisation, power: bigint): TestOrganisation {
  return withNode(organisation, { power })
}

describe('join files', () => {
  it('give the same genesis in every order, down to the byte', async () => {
    const digest = toHex(genesisDigest(network.genesis))
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...joins], { minLength: joins.length }), async (shuffled) => {
        const assembled = await assembleNetwork(shuffled)
        expect(toHex(genesisDigest(assembled.genesis))).toBe(digest)
        expect(encodeNetwork(assembled)).toEqual(encodeNetwork(network))
      }),
      { numRuns: 24 },
    )
  })

  it('begin the chain at the time of the newest, with more than two thirds of the organisations to decide', () => {
    expect(network.genesis.time).toBe(joinTime + 3n)
    const [parameter] = network.genesis.parameters
    expect(decodeAs(authority.schema, parameter!.value)).toMatchObject({ members: 3 })
  })

  it('name the peers by what CometBFT calls them', () => {
    expect(network.peers.map(({ organisation }) => organisation)).toEqual([
      'operator-north',
      'operator-south',
      'regulator',
      'vendor-aurora',
    ])
    for (const { id, address } of network.peers) {
      expect(id).toMatch(/^[0-9a-f]{40}$/)
      expect(address).toMatch(/\.example:\d+$/)
    }
  })

  it('may be of a member without a validator', async () => {
    const { node: _, ...terms } = aurora.terms
    const assembled = await assembleNetwork(await Promise.all([north, { ...aurora, terms }].map(joinOf)))
    expect(assembled.genesis.members.length).toBe(2)
    expect(assembled.genesis.validators.length).toBe(1)
  })

  it('come back from a network file, which is assembled anew', async () => {
    const read = await decodeNetwork('network.commonroot', encodeNetwork(network))
    expect(read.chain).toBe(network.chain)
    expect(read.peers).toEqual(network.peers)
  })
})

describe('what does not make a network', () => {
  it('is nobody', async () => {
    expect(await refusalOf(() => assembleNetwork([]))).toBe('network.no-validators')
  })

  it('is an organisation, a member key, a validator key, a peer key or an address that two name', async () => {
    const twin = testOrganisation('operator-north', ['operator'])
    expect(await refusal(north, south, twin)).toBe('network.repeated')
    const sameKeys = {
      terms: { ...south.terms, organisation: { ...south.terms.organisation, keys: north.terms.organisation.keys } },
      keys: [...south.keys, ...north.keys],
    }
    expect(await refusal(north, sameKeys)).toBe('network.repeated')
    const sameValidator = withNode(
      { ...south, keys: [...south.keys, ...north.keys] },
      { validator: north.terms.node!.validator },
    )
    expect(await refusal(north, sameValidator)).toBe('network.repeated')
    const samePeer = withNode({ ...south, keys: [...south.keys, ...north.keys] }, { peer: north.terms.node!.peer })
    expect(await refusal(north, samePeer)).toBe('network.repeated')
    expect(await refusal(north, withNode(south, { address: north.terms.node!.address }))).toBe('network.repeated')
  })

  it("is a key that is somebody else's: its owner has not signed", async () => {
    const stolen = withNode(south, { validator: north.terms.node!.validator })
    expect(await refusal(stolen, aurora)).toBe('network.join-signature')
  })

  it.each([
    ['zero', [10n, 10n, 10n, 0n]],
    ['a third of the whole', [10n, 10n, 10n, 15n]],
    ['nearly all', [1n, 1n, 1n, 2n ** 62n]],
  ])('is a power of %s', async (_name, powers) => {
    const organisations = four.map((organisation, index) => withPower(organisation, powers[index]!))
    expect(await refusal(...organisations)).toBe('network.power')
  })

  it('is a set of powers whose sum is too large', async () => {
    const organisations = four.map((organisation) => withPower(organisation, 2n ** 62n))
    expect(await refusal(...organisations)).toBe('engine.genesis-unfit')
  })

  it('is two validators of unequal power', async () => {
    expect(await refusal(north, withPower(south, 11n))).toBe('network.power')
  })

  it('is a file for another network or another protocol', async () => {
    expect(
      await refusal(
        north,
        changed(south, () => ({ network: 'other' })),
      ),
    ).toBe('network.other-network')
    expect(
      await refusal(
        north,
        changed(south, () => ({ protocol: 2 })),
      ),
    ).toBe('network.other-network')
  })

  it('is a set of members of whom nobody may govern', async () => {
    const guest = testOrganisation('guest', ['guest'])
    expect(await refusal(guest)).toBe('network.ungovernable')
  })

  it('is a protocol that this program does not run', async () => {
    expect(await refusal(changed(north, () => ({ protocol: 999 })))).toMatch(/^(chain|host)\./)
  })

  it('is a file from the future, for whoever assembles before its time', () => {
    expect(() => requirePast(joins, joinTime)).not.toThrow()
    const future: Join[] = [...joins]
    expect(() => requirePast(future, joinTime - 3_600_000n)).toThrow(
      expect.objectContaining({ code: 'network.join-time' }),
    )
  })
})
