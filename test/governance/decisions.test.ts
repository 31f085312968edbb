/** What governance's decisions do, and when. */
import { beforeEach, describe, expect, it } from 'vitest'
import { publicationPolicy } from '../../pki/contract/index.ts'
import { decodeAs, encodeAs, utf8 } from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/index.ts'
import {
  authority as authorityParameter,
  governanceError,
  memberKeys,
  members,
  possessionMessage,
  protocolState,
  standings,
} from '../../src/governance/index.ts'
import { maximumStandingBytes } from '../../src/governance/limits.ts'
import type { Block } from '../host/bare-chain.ts'
import { recordKeys } from '../host/bare-chain.ts'
import { signerOf, testKey } from '../ledger/members.ts'
import {
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

let chain: Consortium
beforeEach(async () => {
  chain = await consortium({ protocols })
})

const view = () => chain.chain.view('head')
const skew = async () => (await (await view()).parameter(publicationPolicy)).clockSkew
const policy = (clockSkew: bigint) => encodeAs(publicationPolicy.schema, { ...publicationPolicy.initial, clockSkew })
const setSkew = (clockSkew: bigint, at: bigint) =>
  chain.govern('set-parameter', { module: 'pki', name: 'publication-policy', value: policy(clockSkew), at })
const names = ({ events }: Block) => events.map(({ name }) => name)
const waiting = () => recordKeys(chain.bare, 'kernel', 'due-work').length

describe('a parameter', () => {
  it('that is set at once, or at the block time itself, is in force at once', async () => {
    expect((await setSkew(1n, 0n)).code).toBe(0)
    expect(await skew()).toBe(1n)
    expect((await setSkew(2n, chain.bare.time)).code).toBe(0)
    expect(await skew()).toBe(2n)
    expect((await setSkew(3n, chain.bare.time - 1n)).code).toBe(governanceError.numberOf('takes-effect-in-the-past'))
    expect(await skew()).toBe(2n)
  })

  it('that is set for later takes effect in the first block at its time', async () => {
    const at = chain.bare.time + 1500n
    expect((await setSkew(1n, at)).code).toBe(0)
    expect(names(await chain.block([]))).toEqual([])
    expect(await skew()).toBe(600_000n)
    expect(names(await chain.block([]))).toEqual(['parameter-set'])
    expect(await skew()).toBe(1n)
  })

  it('has one decision waiting: a later one replaces it, be it for sooner, for later or for at once', async () => {
    const at = chain.bare.time + 10_000n
    await setSkew(1n, at)
    await setSkew(2n, at + 5000n)
    expect(waiting()).toBe(1)
    chain.bare.time = at
    expect(names(await chain.block([]))).toEqual([])
    await setSkew(3n, chain.bare.time + 1000n)
    await chain.block([])
    expect(await skew()).toBe(3n)
    await setSkew(4n, chain.bare.time + 1500n)
    await setSkew(5n, 0n)
    expect(waiting()).toBe(0)
    chain.bare.time += 1_000_000n
    expect(names(await chain.block([]))).toEqual([])
    expect(await skew()).toBe(5n)
  })

  it('of governance itself changes who decides, from the next transaction on', async () => {
    const value = encodeAs(authorityParameter.schema, { roles: ['regulator'], members: 1 })
    const decision = [
      'governance',
      'set-parameter',
      { module: 'governance', name: 'authority', value, at: 0n },
    ] as const
    const withdraw = ['governance', 'withdraw-algorithm', { algorithm: 'EdDSA' }] as const
    const { results } = await chain.block([
      await chain.sign([withdraw], [regulator.signer]),
      await chain.sign([decision], quorum),
      await chain.sign([withdraw], [operator.signer, authority.signer]),
      await chain.sign([withdraw], [regulator.signer]),
    ])
    const refused = governanceError.numberOf('quorum-not-met')
    expect(results.map(({ code }) => code)).toEqual([refused, 0, refused, 0])
  })
})

describe('a quorum', () => {
  it('counts members, and takes a purpose with its threshold', async () => {
    const change = { module: 'pki', name: 'publication-policy', value: policy(7n), at: 0n }
    const two = [operator.signer, regulator.signer]
    const needed = governanceError.numberOf('quorum-not-met')
    expect((await chain.govern('set-parameter', change, [...two, ...governors])).code).toBe(0)
    expect((await chain.govern('set-parameter', change, [...two, ...governors.slice(1)])).code).toBe(0)
    expect((await chain.govern('set-parameter', change, [...two, governors[0]!, vendor.signer])).code).toBe(needed)
    expect((await chain.govern('set-parameter', change, [...two, guest.signer])).code).toBe(needed)
    expect((await chain.govern('set-parameter', change, [...two, guest.signer, authority.signer])).code).toBe(0)
  })

  it('is judged in the block: a member that an earlier transaction suspends does not count any more', async () => {
    const suspend = ['governance', 'set-member-state', { member: operator.id, state: 'suspended' }] as const
    const others = [authority.signer, regulator.signer, ...governors.slice(0, 2)]
    const withdraw = ['governance', 'withdraw-algorithm', { algorithm: 'EdDSA' }] as const
    const { results } = await chain.block([await chain.sign([suspend], others), await chain.sign([withdraw], quorum)])
    expect(results.map(({ code }) => code)).toEqual([0, governanceError.numberOf('member-not-active')])
  })
})

describe('keys of a member', () => {
  const replacement = testKey('ES256')
  const rotation = (purpose: string) => ({
    member: operator.id,
    keys: { purpose, threshold: 1, keys: [replacement.key] },
    possession: [replacement.sign(possessionMessage(consortiumId, operator.id, purpose))],
  })

  it("are replaced for one purpose; the old key stays the member's while another purpose uses it", async () => {
    expect((await chain.govern('rotate-keys', rotation('line'), [operator.signer])).code).toBe(0)
    const state = await view()
    expect((await state.get(members, utf8(operator.id)))?.keys.map(({ purpose }) => purpose).sort()).toEqual([
      'govern',
      'line',
      'node',
      'operate',
    ])
    for (const { key } of [operator.signer, replacement]) {
      expect(await state.get(memberKeys, keyDigest(key))).toMatchObject({ member: operator.id })
    }
  })

  it('are free for others once no purpose uses them', async () => {
    for (const purpose of ['line', 'operate', 'node', 'govern']) {
      expect((await chain.govern('rotate-keys', rotation(purpose), [operator.signer])).code).toBe(0)
    }
    expect(await (await view()).get(memberKeys, keyDigest(operator.signer.key))).toBeUndefined()
    const withOld = await chain.govern('withdraw-algorithm', { algorithm: 'EdDSA' })
    expect(withOld.code).toBe(governanceError.numberOf('not-a-key-of'))
    const withNew = [signerOf(operator.id, replacement), authority.signer, regulator.signer]
    expect((await chain.govern('withdraw-algorithm', { algorithm: 'EdDSA' }, withNew)).code).toBe(0)
  })

  it('are taken by the first of two members in one block', async () => {
    const shared = testKey()
    const take = async (member: typeof operator) => {
      const keys = { purpose: 'line', threshold: 1, keys: [shared.key] }
      const possession = [shared.sign(possessionMessage(consortiumId, member.id, 'line'))]
      return chain.sign([['governance', 'rotate-keys', { member: member.id, keys, possession }]], [member.signer])
    }
    const { results } = await chain.block([await take(operator), await take(authority)])
    expect(results.map(({ code }) => code)).toEqual([0, governanceError.numberOf('key-in-use')])
  })
})

describe('the state of a member', () => {
  const set = (state: string) => chain.govern('set-member-state', { member: guest.id, state })

  it('goes from active to suspended and back, and ends with removed, all of it kept', async () => {
    for (const state of ['suspended', 'active', 'suspended', 'removed']) expect((await set(state)).code).toBe(0)
    const standing = await (await view()).get(standings, utf8(guest.id))
    expect(standing?.states.map(({ state, height }) => `${state} ${height}`)).toEqual([
      'active 0',
      'suspended 1',
      'active 2',
      'suspended 3',
      'removed 4',
    ])
    for (const state of ['active', 'suspended']) {
      expect((await set(state)).code).toBe(governanceError.numberOf('state-final'))
    }
  })

  it('can be made "removed" even after it has changed as often as it may', async () => {
    const change = (state: string) => ['governance', 'set-member-state', { member: guest.id, state }] as const
    const changes = Array.from({ length: 63 }, (_, index) => change(index % 2 === 0 ? 'suspended' : 'active'))
    expect((await chain.run(changes, quorum)).code).toBe(0)
    const more = changes.map((_, index) => change(index % 2 === 0 ? 'active' : 'suspended'))
    expect((await chain.run(more, quorum)).code).toBe(0)
    expect((await set('suspended')).code).toBe(governanceError.numberOf('too-many-states'))
    expect((await set('removed')).code).toBe(0)
  })
})

describe('standing facts', () => {
  it('are refused before the standing grows beyond what a proof can carry', async () => {
    const wide = (index: number) =>
      [
        'pki',
        'mass-revoke',
        {
          manufacturer: vendor.id,
          reason: 'cessation-of-operation',
          model: '型'.repeat(64),
          batch: String(index).padStart(64, '批'),
          firmwareBelow: Array.from({ length: 8 }, () => 2_147_483_647),
          serialFrom: 'A'.repeat(64),
          serialTo: 'Z'.repeat(64),
        },
      ] as const
    let added = 0
    while ((await chain.run([wide(added)], [regulator.signer])).code === 0) added++
    expect(chain.faults).toEqual([])
    expect(added).toBeGreaterThan(40)
    const standing = await (await view()).get(standings, utf8(vendor.id))
    expect(standing?.facts).toHaveLength(added)
    expect(standings.encode(standing!).length).toBeLessThanOrEqual(maximumStandingBytes)
    const code = governanceError.numberOf('too-many-facts')
    expect(await chain.refused(wide(added), [regulator.signer])).toEqual({ code, operations: [] })
  })
})

describe('a protocol switch', () => {
  const switchTo = (height: bigint) => chain.govern('switch-protocol', { version: 2, height })
  const protocol = async () => (await (await view()).get(protocolState, new Uint8Array(0)))!

  it('at the nearest height is announced one block before, and is in force from its height on', async () => {
    expect((await switchTo(3n)).code).toBe(0)
    expect(await protocol()).toEqual({ version: 1, next: { version: 2, height: 3n } })
    expect((await chain.block([])).appVersion).toBe(2n)
    expect((await chain.chain.program()).protocol).toBe(2)
    expect((await chain.chain.info()).appVersion).toBe(1n)
    await chain.block([])
    expect(await protocol()).toEqual({ version: 2 })
    expect((await chain.chain.info()).appVersion).toBe(2n)
  })

  it('is put off by a later decision, up to the block before it', async () => {
    await switchTo(3n)
    const bytes = await chain.sign([['governance', 'switch-protocol', { version: 2, height: 6n }]], quorum)
    const postponed = await chain.block([bytes])
    expect(postponed.results[0]!.code).toBe(0)
    expect(postponed.appVersion).toBeUndefined()
    await chain.block([])
    expect((await protocol()).version).toBe(1)
    await chain.block([])
    expect((await chain.block([])).appVersion).toBe(2n)
    await chain.block([])
    expect(await protocol()).toEqual({ version: 2 })
  })

  it('is not decided again in the block in which it happens, nor back afterwards', async () => {
    await switchTo(3n)
    await chain.block([])
    const unknown = governanceError.numberOf('unknown-protocol')
    expect((await switchTo(9n)).code).toBe(unknown)
    expect((await chain.govern('switch-protocol', { version: 1, height: 9n })).code).toBe(unknown)
    expect(await protocol()).toEqual({ version: 2 })
  })
})

it('decides with events that readers can decode', async () => {
  const { events } = await chain.block([
    await chain.sign([['governance', 'withdraw-algorithm', { algorithm: 'ES256' }]], quorum),
  ])
  const [event] = events
  expect(event).toMatchObject({ module: 'governance', name: 'algorithm-withdrawn', transaction: 1 })
  const declared = (await chain.chain.program()).modules.flatMap((module) => module.events)
  const schema = declared.find(({ name }) => name === event?.name)!.body
  expect(decodeAs(schema, event!.body)).toEqual({ algorithm: 'ES256' })
})
