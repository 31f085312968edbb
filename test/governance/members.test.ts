/** Members come, act for themselves, are suspended in an emergency, and go. */
import { beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/index.ts'
import {
  emergencies,
  governanceError,
  memberKeys,
  members,
  possessionMessage,
  standings,
  stateOf,
} from '../../src/governance/index.ts'
import { type TestKey, testKey } from '../ledger/members.ts'
import {
  admission,
  authority,
  type Council,
  council,
  founders,
  guest,
  memberOf,
  operator,
  type Proposed,
  regulator,
  vendor,
} from './council.ts'

const number = (code: Parameters<typeof governanceError.numberOf>[0]) => governanceError.numberOf(code)

let chain: Council
beforeEach(async () => {
  chain = await council()
})
const view = () => chain.chain.view('head')
const stateOfMember = async (id: string) => stateOf((await (await view()).get(standings, utf8(id)))!)
const withdraw: Proposed = ['withdraw-algorithm', { algorithm: 'EdDSA' }]

function rotation(member: string, key: TestKey, count: bigint, purpose = 'line', chainId = chain.id) {
  return {
    member,
    keys: { purpose, threshold: 1, keys: [key.key] },
    rotation: count,
    possession: [key.sign(possessionMessage(chainId, member, purpose, count))],
  }
}

describe('a newcomer', () => {
  const key = testKey()

  it('joins by a vote, with keys that it has proven, and votes from the next block on', async () => {
    expect(await chain.pass([['admit-member', admission(chain.id, 'newcomer', ['operator'], key)]])).toBe('executed')
    expect(await stateOfMember('newcomer')).toBe('active')
    expect(await (await view()).get(memberKeys, keyDigest(key.key))).toMatchObject({ member: 'newcomer' })
    await chain.propose([withdraw])
    expect((await chain.vote(2n, memberOf('newcomer', key))).code).toBe(0)
  })

  it('is refused with keys that are not its own, those of another, and an id that somebody has or had', async () => {
    const outcome = async (body: ReturnType<typeof admission>) => (await chain.propose([['admit-member', body]])).code
    const good = admission(chain.id, 'newcomer', ['operator'], key)
    expect(await outcome({ ...good, possession: good.possession.toReversed() })).toBe(number('possession-not-proven'))
    expect(await outcome({ ...good, possession: good.possession.slice(1) })).toBe(number('possession-not-proven'))
    expect(await outcome(admission('other-00000000', 'newcomer', ['operator'], key))).toBe(
      number('possession-not-proven'),
    )
    expect(await outcome(admission(chain.id, guest.id, ['operator'], key))).toBe(number('member-exists'))
    expect(await chain.pass([['set-member-state', { member: guest.id, state: 'removed' }]])).toBe('executed')
    expect(await outcome(admission(chain.id, guest.id, ['operator'], key))).toBe(number('member-exists'))
    const taken = {
      key: operator.signer.key,
      sign: (message: Uint8Array) => operator.signer.sign(message) as Uint8Array,
    }
    expect(await outcome(admission(chain.id, 'newcomer', ['operator'], taken))).toBe(number('key-in-use'))
    const [one, another] = [good.member.keys[0]!, good.possession[0]!]
    const twice = { member: { ...good.member, keys: [one, one] }, possession: [another, another] }
    expect(await outcome(twice)).toBe(number('repeated'))
  })

  it('finds its id taken when two proposals admit it: the second fails, and its votes stay', async () => {
    const first = admission(chain.id, 'newcomer', ['operator'], key)
    await chain.propose([['admit-member', first]])
    expect(await chain.pass([['admit-member', admission(chain.id, 'newcomer', ['vendor'], testKey())]])).toBe(
      'executed',
    )
    for (const member of [operator, vendor, authority]) await chain.vote(1n, member)
    expect(await chain.stateOf(1n)).toBe('failed')
  })
})

describe('roles', () => {
  it('are given by decision, and govern from then on', async () => {
    expect(await chain.pass([['set-roles', { member: guest.id, roles: ['vendor'] }]])).toBe('executed')
    await chain.propose([withdraw])
    expect((await chain.vote(2n, guest)).code).toBe(0)
    expect(await (await view()).get(members, utf8(guest.id))).toMatchObject({ roles: ['vendor'] })
  })

  it('of nobody are refused', async () => {
    expect((await chain.propose([['set-roles', { member: 'nobody', roles: ['vendor'] }]])).code).toBe(
      number('unknown-member'),
    )
  })
})

describe('a member', () => {
  it('leaves by itself, for good', async () => {
    expect((await chain.run([['governance', 'leave', { member: guest.id }]], [guest.signer])).code).toBe(0)
    expect(await stateOfMember(guest.id)).toBe('removed')
    const again = ['governance', 'leave', { member: guest.id }] as const
    expect(await chain.refused(again, [guest.signer])).toBe(number('member-not-active'))
  })

  it('is not made to leave by others in its name', async () => {
    const leave = ['governance', 'leave', { member: guest.id }] as const
    expect(
      await chain.refused(
        leave,
        founders.map(({ signer }) => signer),
      ),
    ).toBe(number('purpose-missing'))
  })

  it('rotates its keys with signatures that serve once: what was signed before is refused', async () => {
    const [first, second] = [testKey(), testKey()]
    const rotate = (body: object) => ['governance', 'rotate-keys', body] as const
    const initial = rotation(operator.id, first, 1n)
    expect((await chain.run([rotate(initial)], [operator.signer])).code).toBe(0)
    expect((await chain.run([rotate(rotation(operator.id, second, 2n))], [operator.signer])).code).toBe(0)
    for (const replayed of [initial, rotation(operator.id, first, 2n), rotation(operator.id, first, 4n)]) {
      expect(await chain.refused(rotate(replayed), [operator.signer])).toBe(number('rotation-replayed'))
    }
    const { rotation: _count, ...uncounted } = initial
    const possession = [first.sign(possessionMessage(chain.id, operator.id, 'line'))]
    expect(await chain.refused(rotate({ ...uncounted, possession }), [operator.signer])).toBe(
      number('rotation-replayed'),
    )
    const renumbered = { ...initial, rotation: 3n }
    expect(await chain.refused(rotate(renumbered), [operator.signer])).toBe(number('possession-not-proven'))
  })

  it('that has lost its keys gets new ones by a vote', async () => {
    const key = testKey()
    expect(await chain.pass([['replace-keys', rotation(regulator.id, key, 1n, 'govern')]])).toBe('executed')
    await chain.propose([withdraw])
    expect((await chain.vote(2n, { ...memberOf(regulator.id, key) })).code).toBe(0)
    expect((await chain.propose([['replace-keys', rotation(regulator.id, testKey(), 1n, 'govern')]])).code).toBe(
      number('rotation-replayed'),
    )
  })
})

describe('an emergency', () => {
  const suspend = ['governance', 'suspend-member', { member: guest.id }] as const
  const two = [operator.signer, vendor.signer]
  const hours = 72n * 3_600_000n

  it('lets two members suspend one at once, and ends by itself', async () => {
    expect((await chain.run([suspend], two)).code).toBe(0)
    expect(await stateOfMember(guest.id)).toBe('suspended')
    chain.time += hours
    await chain.block([])
    expect(await stateOfMember(guest.id)).toBe('active')
    expect(await (await view()).get(emergencies, utf8(guest.id))).toBeUndefined()
  })

  it('lets none do it alone, nor with a member whose role does not govern', async () => {
    expect(await chain.refused(suspend, [operator.signer])).toBe(number('quorum-not-met'))
    expect(await chain.refused(suspend, [operator.signer, guest.signer])).toBe(number('quorum-not-met'))
  })

  it('can be voted on, and then needs two votes', async () => {
    expect(await chain.pass([['suspend-member', { member: guest.id }]], [operator, vendor])).toBe('executed')
    await chain.propose([['suspend-member', { member: vendor.id }], withdraw])
    await chain.vote(2n, operator)
    await chain.vote(2n, authority)
    expect(await chain.stateOf(2n)).toBe('open')
  })

  it('is confirmed or ended by the authority, and then nothing ends it by itself', async () => {
    await chain.run([suspend], two)
    const confirm: Proposed = ['set-member-state', { member: guest.id, state: 'suspended' }]
    expect(await chain.pass([confirm])).toBe('executed')
    chain.time += hours + 1000n
    await chain.block([])
    expect(await stateOfMember(guest.id)).toBe('suspended')
    expect((await chain.propose([confirm])).code).toBe(number('state-unchanged'))
    expect(await chain.pass([['set-member-state', { member: guest.id, state: 'active' }]])).toBe('executed')
    await chain.run([suspend], two)
    expect(await chain.pass([['set-member-state', { member: guest.id, state: 'removed' }]])).toBe('executed')
    chain.time += hours + 1000n
    await chain.block([])
    expect(await stateOfMember(guest.id)).toBe('removed')
  })

  it('does not suspend twice', async () => {
    await chain.run([suspend], two)
    expect(await chain.refused(suspend, two)).toBe(number('state-unchanged'))
  })
})
