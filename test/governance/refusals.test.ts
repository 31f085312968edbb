/** Every refusal of governance: its number in a block, and a state in which nothing but the leaf of ids has changed. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publicationPolicy } from '../../pki/contract/index.ts'
import { encodeAs, utf8 } from '../../src/codec/index.ts'
import type { CommonrootError } from '../../src/errors/index.ts'
import { governanceError, possessionMessage, standings } from '../../src/governance/index.ts'
import { maximumStates } from '../../src/governance/limits.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import { bareChain, bareGenesis, type NamedOperation } from '../host/bare-chain.ts'
import { signerOf, type TestKey, type TestMember, testKey, testMember } from '../ledger/members.ts'
import {
  all,
  authority,
  type Consortium,
  consortium,
  consortiumId,
  governors,
  guest,
  operator,
  quorum,
  regulator,
  vendor,
} from './members.ts'
import { protocols } from './two-protocols.ts'

const fresh = [testKey(), testKey('ES256')]
const rotation = (member: string, keys: readonly TestKey[], threshold = 1, purpose = 'line'): NamedOperation => [
  'governance',
  'rotate-keys',
  {
    member,
    keys: { purpose, threshold, keys: keys.map(({ key }) => key) },
    possession: keys.map((key) => key.sign(possessionMessage(consortiumId, member, purpose))),
  },
]
const state = (member: string, to: string): NamedOperation => ['governance', 'set-member-state', { member, state: to }]
const parameter = (name: string, value: Uint8Array, at = 0n): NamedOperation => [
  'governance',
  'set-parameter',
  { module: 'pki', name, value, at },
]
const twice = (member: TestMember): TestMember => ({
  ...member,
  keys: [...member.keys.slice(1), ...member.keys.slice(1, 2)],
})
const policy = encodeAs(publicationPolicy.schema, publicationPolicy.initial)
const policyParameter = { module: 'pki', name: 'publication-policy', value: policy }
const withdraw: NamedOperation = ['governance', 'withdraw-algorithm', { algorithm: 'ES256' }]
const toProtocol = (version: number, height: bigint): NamedOperation => [
  'governance',
  'switch-protocol',
  { version, height },
]
const removed = async (chain: Consortium) => {
  expect((await chain.govern('set-member-state', { member: guest.id, state: 'removed' })).code).toBe(0)
}

type Case = readonly [
  what: string,
  code: string,
  operation: NamedOperation,
  signers: readonly TransactionSigner[],
  before?: (chain: Consortium) => Promise<unknown>,
]

const cases: readonly Case[] = [
  ['a signer that is no member', 'unknown-member', withdraw, [signerOf('nobody', testKey())]],
  ['a state of nobody', 'unknown-member', state('nobody', 'suspended'), quorum],
  ['a signer that was removed', 'member-not-active', state(vendor.id, 'suspended'), [...quorum, guest.signer], removed],
  ['the key of another member', 'not-a-key-of', withdraw, [{ ...operator.signer, subject: utf8(vendor.id) }]],
  ["a stranger's key beside a good one", 'not-a-key-of', withdraw, [...quorum, signerOf(operator.id, testKey())]],
  ['one of two keys of a threshold', 'threshold-not-met', withdraw, governors.slice(0, 1)],
  ['a key of another purpose', 'quorum-not-met', withdraw, [vendor.signer, operator.signer, authority.signer]],
  ['a rotation by a key that does not govern', 'purpose-missing', rotation(vendor.id, fresh), [vendor.signer]],
  ['a rotation by others', 'purpose-missing', rotation(vendor.id, fresh), quorum],
  ['two members of three', 'quorum-not-met', withdraw, quorum.slice(1)],
  ['two members and one without a role that governs', 'quorum-not-met', withdraw, [...quorum.slice(1), guest.signer]],
  ['two members, one of them with all its keys', 'quorum-not-met', withdraw, [operator.signer, ...governors]],
  ['a parameter that is not there', 'unknown-parameter', parameter('nothing', policy), quorum],
  ['a value of another shape', 'parameter-value', parameter('publication-policy', Uint8Array.of(0xa0)), quorum],
  ['a value that is no CBOR', 'parameter-value', parameter('publication-policy', Uint8Array.of(0xff)), quorum],
  [
    'a value with a byte behind it',
    'parameter-value',
    parameter('publication-policy', Uint8Array.of(...policy, 0)),
    quorum,
  ],
  ['a change in the past', 'takes-effect-in-the-past', parameter('publication-policy', policy, 1n), quorum],
  ['a threshold above the number of keys', 'threshold-out-of-range', rotation(vendor.id, fresh, 3), governors],
  ["a key of another member as one's own", 'key-in-use', rotation(vendor.id, [keyOf(operator)]), governors],
  ['a key twice', 'key-repeated', rotation(vendor.id, [fresh[0]!, fresh[0]!]), governors],
  [
    'a possession signed for another purpose',
    'possession-not-proven',
    changed(rotation(vendor.id, fresh), {
      possession: fresh.map((key) => key.sign(possessionMessage(consortiumId, vendor.id, 'node'))),
    }),
    governors,
  ],
  [
    'a possession signed for another member',
    'possession-not-proven',
    changed(rotation(vendor.id, fresh), {
      possession: fresh.map((key) => key.sign(possessionMessage(consortiumId, guest.id, 'line'))),
    }),
    governors,
  ],
  [
    'a possession signed for another chain',
    'possession-not-proven',
    changed(rotation(vendor.id, fresh), {
      possession: fresh.map((key) => key.sign(possessionMessage('other-00000000', vendor.id, 'line'))),
    }),
    governors,
  ],
  [
    'fewer possessions than keys',
    'possession-not-proven',
    changed(rotation(vendor.id, fresh), {
      possession: [fresh[0]!.sign(possessionMessage(consortiumId, vendor.id, 'line'))],
    }),
    governors,
  ],
  ['the state that a member has', 'state-unchanged', state(guest.id, 'active'), quorum],
  ['a removed member back', 'state-final', state(guest.id, 'active'), quorum, removed],
  ['a removed member suspended', 'state-final', state(guest.id, 'suspended'), quorum, removed],
  ['a protocol out of turn', 'unknown-protocol', toProtocol(3, 1000n), quorum],
  ['the protocol in force', 'unknown-protocol', toProtocol(1, 1000n), quorum],
  [
    'an algorithm twice',
    'algorithm-withdrawn',
    withdraw,
    quorum,
    (chain) => chain.govern('withdraw-algorithm', { algorithm: 'ES256' }),
  ],
  ['a fact too many', 'too-many-facts', massRevocation('last'), [regulator.signer], fillFacts],
  ['a state too many', 'too-many-states', state(guest.id, 'suspended'), quorum, changeStates],
]

const table = cases.map(([what, code, operation, signers, before]) => ({ what, code, operation, signers, before }))

describe('governance refuses', () => {
  it.each(table)('$what: $code', async ({ code, operation, signers, before }) => {
    const chain = await consortium()
    await before?.(chain)
    const number = governanceError.numberOf(code as Parameters<typeof governanceError.numberOf>[0])
    expect(await chain.refused(operation, signers)).toEqual({ code: number, operations: [] })
  })

  const ofSigners = ['unknown-member', 'member-not-active', 'not-a-key-of', 'threshold-not-met']
  const signerCases = table.filter(({ what, code }) => ofSigners.includes(code) && what !== 'a state of nobody')
  it.each(signerCases)('$what, at admission already', async ({ code, operation, signers, before }) => {
    const chain = await consortium()
    await before?.(chain)
    const admission = await chain.chain.admit(await chain.sign([operation], signers), 'peer')
    expect(admission).toMatchObject({ accepted: false, refusal: { code: `governance.${code}` } })
  })

  it('a protocol switch too near, by one block', async () => {
    const chain = await consortium({ protocols })
    const next = chain.chain.head!.height + 1n
    const number = governanceError.numberOf('height-too-near')
    expect(await chain.refused(toProtocol(2, next + 1n), quorum)).toEqual({ code: number, operations: [] })
    expect((await chain.govern('switch-protocol', { version: 2, height: next + 3n })).code).toBe(0)
  })

  it('with every code in one of the tests of this folder', async () => {
    const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.test.ts'))
    const sources = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), 'utf8')))
    const names = governanceError.rows.map(({ code }) => code.slice('governance.'.length))
    expect(names.filter((name) => !sources.some((source) => source.includes(`${name}'`)))).toEqual([])
  })
})

describe('a genesis is refused, before anything is written', () => {
  const founding = (...members: Parameters<typeof bareGenesis>[0]) => bareChain({ genesis: bareGenesis(members) })
  const own = testKey()
  const bad: PublicKeyOf = { ...own.key, spki: own.key.spki.with(-1, own.key.spki.at(-1)! ^ 1).with(4, 0) }
  type PublicKeyOf = TestKey['key']

  it.each<[string, string, () => Promise<unknown>]>([
    [
      'a key that is none',
      'key-not-accepted',
      () => founding(testMember('a', ['ca'], { line: { threshold: 1, keys: [{ ...own, key: bad }] } })),
    ],
    [
      'a key of two members',
      'key-in-use',
      () =>
        founding(
          testMember('a', ['ca'], { line: { threshold: 1, keys: [own] } }),
          testMember('b', ['ca'], { node: { threshold: 1, keys: [own] } }),
        ),
    ],
    [
      'a key twice',
      'key-repeated',
      () => founding(testMember('a', ['ca'], { line: { threshold: 1, keys: [own, own] } })),
    ],
    ['a member twice', 'repeated', () => founding(testMember('a', ['ca']), testMember('a', ['ca']))],
    ['a purpose twice', 'repeated', () => founding(twice(testMember('a', ['ca'])))],
    [
      'a parameter twice',
      'repeated',
      () => bareChain({ genesis: bareGenesis(all, [policyParameter, policyParameter]) }),
    ],
    [
      'a threshold that no keys reach',
      'threshold-out-of-range',
      () => founding(testMember('a', ['ca'], { line: { threshold: 2, keys: [own] } })),
    ],
    [
      'a parameter of nothing',
      'unknown-parameter',
      () => bareChain({ genesis: bareGenesis(all, [{ module: 'pki', name: 'x', value: policy }]) }),
    ],
    [
      'a parameter out of shape',
      'parameter-value',
      () =>
        bareChain({
          genesis: bareGenesis(all, [{ module: 'pki', name: 'publication-policy', value: Uint8Array.of(0xa0) }]),
        }),
    ],
  ])('%s: %s', async (_, code, found) => {
    await expect(found()).rejects.toMatchObject({ code: `governance.${code}` } satisfies Partial<CommonrootError>)
  })

  it('unless it is sound, however many members it has', async () => {
    const members = Array.from({ length: 100 }, (_, index) => testMember(`member-${index}`, ['operator']))
    const { chain } = await bareChain({ genesis: bareGenesis(members) })
    const view = await chain.view('head')
    expect(await view.get(standings, utf8('member-99'))).toMatchObject({ states: [{ state: 'active', height: 0n }] })
  })
})

function keyOf({ signer }: typeof operator): TestKey {
  return { key: signer.key, sign: (message) => signer.sign(message) as Uint8Array }
}

function changed([module, type, body]: NamedOperation, fields: object): NamedOperation {
  return [module, type, { ...(body as object), ...fields }]
}

function massRevocation(model: string): NamedOperation {
  return ['pki', 'mass-revoke', { manufacturer: vendor.id, reason: 'key-compromise', model }]
}

async function fillFacts(chain: Consortium): Promise<void> {
  const operations = Array.from({ length: 64 }, (_, index) => massRevocation(`model ${index}`))
  expect((await chain.run(operations, [regulator.signer])).code).toBe(0)
}

async function changeStates(chain: Consortium): Promise<void> {
  const changes = Array.from({ length: maximumStates - 2 }, (_, index) =>
    state(guest.id, index % 2 === 0 ? 'suspended' : 'active'),
  )
  for (let from = 0; from < changes.length; from += 63) {
    expect((await chain.run(changes.slice(from, from + 63), quorum)).code).toBe(0)
  }
}
