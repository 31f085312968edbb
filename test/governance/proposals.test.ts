/** Proposals: who may put something to the vote, how votes count, and what becomes of it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeAs, uint64Bytes, utf8 } from '../../src/codec/index.ts'
import {
  authority as authorityParameter,
  governanceError,
  maximumOpenProposals,
  maximumVotingTime,
  members,
  minimumVotingTime,
  proposals,
  standings,
  tallies,
  voteKey,
  votes,
  withdrawnAlgorithms,
} from '../../src/governance/index.ts'
import {
  authority,
  type Council,
  council,
  founders,
  guest,
  operator,
  type Proposed,
  regulator,
  vendor,
} from './council.ts'

const only = new Uint8Array(0)
const withdraw: Proposed = ['withdraw-algorithm', { algorithm: 'EdDSA' }]
const number = (code: Parameters<typeof governanceError.numberOf>[0]) => governanceError.numberOf(code)

let chain: Council
beforeEach(async () => {
  chain = await council()
})
const view = () => chain.chain.view('head')
const isWithdrawn = async () => ((await (await view()).get(withdrawnAlgorithms, only))?.algorithms.length ?? 0) > 0

describe('a proposal', () => {
  it('is carried out in the block of the vote that reaches the threshold, and not before', async () => {
    expect((await chain.propose([withdraw])).code).toBe(0)
    expect((await chain.vote(1n, operator)).code).toBe(0)
    expect((await chain.vote(1n, vendor)).code).toBe(0)
    expect([await chain.stateOf(1n), await isWithdrawn()]).toEqual(['open', false])
    expect((await chain.vote(1n, authority)).code).toBe(0)
    expect([await chain.stateOf(1n), await isWithdrawn()]).toEqual(['executed', true])
  })

  it('is carried out once: a vote after the end is refused and changes nothing', async () => {
    expect(await chain.pass([withdraw])).toBe('executed')
    const operations = await chain.bodies([withdraw])
    const late = ['governance', 'vote', { proposal: 1n, member: regulator.id, vote: 'yes', operations }] as const
    expect(await chain.refused(late, [regulator.signer])).toBe(number('proposal-closed'))
  })

  it('may be made by a member that has no vote, which then can not cast one', async () => {
    expect((await chain.propose([withdraw], guest)).code).toBe(0)
    const operations = await chain.bodies([withdraw])
    const vote = ['governance', 'vote', { proposal: 1n, member: guest.id, vote: 'yes', operations }] as const
    expect(await chain.refused(vote, [guest.signer])).toBe(number('no-vote'))
  })

  it('is rejected as soon as too few are left who could agree', async () => {
    await chain.propose([withdraw])
    await chain.vote(1n, operator, 'no')
    expect(await chain.stateOf(1n)).toBe('open')
    await chain.vote(1n, vendor, 'no')
    expect([await chain.stateOf(1n), await isWithdrawn()]).toEqual(['rejected', false])
  })

  it('ends at its time, and nobody can vote on it from then on', async () => {
    const until = chain.time + minimumVotingTime
    await chain.propose([withdraw], operator, until)
    await chain.vote(1n, operator)
    await chain.vote(1n, vendor)
    chain.time = until
    const operations = await chain.bodies([withdraw])
    const vote = ['governance', 'vote', { proposal: 1n, member: authority.id, vote: 'yes', operations }] as const
    const { results } = await chain.block([await chain.sign([vote], [authority.signer])])
    expect(results[0]!.code).toBe(number('proposal-closed'))
    expect([await chain.stateOf(1n), await isWithdrawn()]).toEqual(['expired', false])
  })

  it('carries several operations, all or none', async () => {
    const suspend: Proposed = ['set-member-state', { member: guest.id, state: 'suspended' }]
    expect(await chain.pass([withdraw, suspend])).toBe('executed')
    const standing = await (await view()).get(standings, utf8(guest.id))
    expect(standing?.states.at(-1)?.state).toBe('suspended')
    expect(await isWithdrawn()).toBe(true)
  })

  it('that can not be done any more when it is agreed fails as a whole, and its votes stay', async () => {
    const suspend: Proposed = ['set-member-state', { member: guest.id, state: 'suspended' }]
    await chain.propose([suspend, withdraw])
    expect(await chain.pass([suspend])).toBe('executed')
    for (const member of [operator, vendor, authority]) expect((await chain.vote(1n, member)).code).toBe(0)
    const tally = await (await view()).get(tallies, uint64Bytes(1n))
    expect(tally).toMatchObject({
      state: 'failed',
      code: number('state-unchanged'),
      yes: ['operator', 'vendor-a', 'ca-one'],
    })
    expect(await isWithdrawn()).toBe(false)
  })

  it('is refused with all that could not be done now', async () => {
    const cases: readonly (readonly [Proposed, Parameters<typeof governanceError.numberOf>[0]])[] = [
      [['set-member-state', { member: 'nobody', state: 'suspended' }], 'unknown-member'],
      [['switch-protocol', { version: 9, height: 1000n }], 'unknown-protocol'],
      [['set-parameter', { module: 'pki', name: 'nothing', value: Uint8Array.of(0), at: 0n }], 'unknown-parameter'],
    ]
    for (const [operation, code] of cases) {
      const body = { member: operator.id, operations: await chain.bodies([operation]), until: chain.time + 86_400_000n }
      expect(await chain.refused(['governance', 'propose', body], [operator.signer])).toBe(number(code))
    }
  })

  it('is refused without an end, with one too far ahead, for what nobody decides, for too much, and for another', async () => {
    const operations = await chain.bodies([withdraw])
    const body = { member: operator.id, operations, until: chain.time + 86_400_000n }
    const refused = (changes: object, signer = operator) =>
      chain.refused(['governance', 'propose', { ...body, ...changes }], [signer.signer])
    expect(await refused({ until: chain.time })).toBe(number('voting-time'))
    expect(await refused({ until: chain.time + minimumVotingTime - 1n })).toBe(number('voting-time'))
    expect(await refused({ until: chain.time + maximumVotingTime + 1n })).toBe(number('voting-time'))
    expect(await refused({ operations: [{ type: 'vote', body: only }] })).toBe(number('unknown-operation'))
    expect(await refused({ operations: [{ type: 'constructor', body: only }] })).toBe(number('unknown-operation'))
    const half = { type: 'set-parameter', body: new Uint8Array(13_000) }
    expect(await refused({ operations: [half, half] })).toBe(number('too-much-proposed'))
    expect(await refused({ operations: [{ type: 'set-roles', body: Uint8Array.of(0xff) }] })).toBeGreaterThan(99)
    expect(await refused({}, vendor)).toBe(number('purpose-missing'))
  })

  it('leaves room for those of others: a member has so many open ones, and more once one is closed', async () => {
    for (let count = 0; count < maximumOpenProposals; count++)
      expect((await chain.propose([withdraw], guest)).code).toBe(0)
    expect((await chain.propose([withdraw], guest)).code).toBe(number('too-many-proposals'))
    expect((await chain.propose([withdraw], vendor)).code).toBe(0)
    for (const member of [operator, vendor, authority]) await chain.vote(1n, member)
    expect((await chain.propose([['set-roles', { member: guest.id, roles: ['board'] }]], guest)).code).toBe(0)
  })
})

describe('a vote', () => {
  it('is kept for ever, with what it said and when', async () => {
    await chain.propose([withdraw])
    await chain.vote(1n, operator)
    await chain.vote(1n, regulator, 'no')
    const state = await view()
    expect(await state.get(votes, voteKey(1n, operator.id))).toMatchObject({ vote: 'yes', height: 2n })
    expect(await state.get(votes, voteKey(1n, regulator.id))).toMatchObject({ vote: 'no', height: 3n })
    expect(await state.get(proposals, uint64Bytes(1n))).toMatchObject({ proposer: 'operator', number: 1n })
  })

  it('is cast once, whatever it was', async () => {
    await chain.propose([withdraw])
    await chain.vote(1n, operator, 'no')
    const operations = await chain.bodies([withdraw])
    for (const vote of ['yes', 'no']) {
      const again = ['governance', 'vote', { proposal: 1n, member: operator.id, vote, operations }] as const
      expect(await chain.refused(again, [operator.signer])).toBe(number('voted-already'))
    }
  })

  it('is refused for another member, for no proposal, and for other content than was proposed', async () => {
    await chain.propose([withdraw])
    const operations = await chain.bodies([withdraw])
    const body = { proposal: 1n, member: vendor.id, vote: 'yes', operations }
    const refused = (changes: object) => chain.refused(['governance', 'vote', { ...body, ...changes }], [vendor.signer])
    expect(await refused({ member: operator.id })).toBe(number('purpose-missing'))
    expect(await refused({ proposal: 2n })).toBe(number('unknown-proposal'))
    const other = await chain.bodies([['withdraw-algorithm', { algorithm: 'ES256' }]])
    expect(await refused({ operations: other })).toBe(number('other-content'))
  })

  it('counts for a member, not for a key: roles and keys add nothing', async () => {
    const everything: Proposed = [
      'set-roles',
      { member: operator.id, roles: ['operator', 'vendor', 'ca', 'regulator'] },
    ]
    expect(await chain.pass([everything])).toBe('executed')
    await chain.propose([withdraw])
    await chain.vote(2n, operator)
    await chain.vote(2n, vendor)
    expect(await chain.stateOf(2n)).toBe('open')
  })

  it('of a member that was suspended meanwhile does not count', async () => {
    await chain.propose([withdraw])
    await chain.vote(1n, operator)
    await chain.vote(1n, vendor)
    expect(
      await chain.pass(
        [['set-member-state', { member: operator.id, state: 'suspended' }]],
        [vendor, authority, regulator],
      ),
    ).toBe('executed')
    await chain.vote(1n, authority)
    expect(await chain.stateOf(1n)).toBe('open')
    await chain.vote(1n, regulator)
    expect(await chain.stateOf(1n)).toBe('executed')
  })
})

describe('what would leave no quorum is refused', () => {
  const authorityOf = (roles: readonly string[], count: number): Proposed => [
    'set-parameter',
    {
      module: 'governance',
      name: 'authority',
      value: encodeAs(authorityParameter.schema, { roles: [...roles], members: count }),
      at: 0n,
    },
  ]
  const outcome = async (operation: Proposed) => {
    const before = chain.state()
    const { code } = await chain.propose([operation])
    if (code !== 0) expect(chain.state()).toBe(before)
    return code
  }

  it('more members than there are, and roles that too few have', async () => {
    expect(await outcome(authorityOf(['operator', 'vendor', 'ca', 'regulator'], 5))).toBe(number('no-quorum-left'))
    expect(await outcome(authorityOf(['regulator'], 2))).toBe(number('no-quorum-left'))
    expect(await outcome(authorityOf(['board'], 1))).toBe(number('no-quorum-left'))
    expect(await outcome(authorityOf(['operator', 'vendor', 'ca', 'regulator'], 4))).toBe(0)
  })

  it('one member that could decide alone', async () => {
    expect(await outcome(authorityOf(['operator', 'vendor'], 1))).toBe(number('one-member-alone'))
    expect(await outcome(authorityOf(['operator', 'vendor'], 2))).toBe(0)
  })

  it('members that suspend, remove, rename or leave too many, in a transaction of a quorum too', async () => {
    expect(await chain.pass([['set-member-state', { member: regulator.id, state: 'suspended' }]])).toBe('executed')
    const three = [operator.signer, vendor.signer, authority.signer]
    for (const state of ['suspended', 'removed']) {
      const body = { member: vendor.id, state }
      expect(await outcome(['set-member-state', body])).toBe(number('no-quorum-left'))
      expect(await chain.refused(['governance', 'set-member-state', body], three)).toBe(number('no-quorum-left'))
    }
    expect(await outcome(['set-roles', { member: vendor.id, roles: ['guest'] }])).toBe(number('no-quorum-left'))
    const leave = ['governance', 'leave', { member: vendor.id }] as const
    expect(await chain.refused(leave, [vendor.signer])).toBe(number('no-quorum-left'))
    expect(await chain.refused(['governance', 'suspend-member', { member: vendor.id }], three)).toBe(
      number('no-quorum-left'),
    )
  })

  it('a threshold that waits for its time, if too few are left by then: it is dropped, and the chain goes on', async () => {
    const [type, body] = authorityOf(['operator', 'vendor', 'ca', 'regulator'], 4)
    const at = chain.time + 20_000n
    expect(await chain.pass([[type, { ...(body as object), at }]])).toBe('executed')
    expect(await chain.pass([['set-member-state', { member: regulator.id, state: 'suspended' }]])).toBe('executed')
    chain.time = at
    const { events } = await chain.block([])
    expect(events.map(({ name }) => name)).toEqual(['due-work-failed'])
    expect(await chain.pass([withdraw])).toBe('executed')
  })

  it('unless the same proposal lowers what is needed', async () => {
    expect(await chain.pass([['set-member-state', { member: regulator.id, state: 'suspended' }]])).toBe('executed')
    const lower = authorityOf(['operator', 'vendor', 'ca', 'regulator'], 2)
    expect(await chain.pass([lower, ['set-member-state', { member: authority.id, state: 'removed' }]])).toBe('executed')
    expect((await (await view()).get(members, utf8(authority.id)))?.id).toBe(authority.id)
    expect(await chain.pass([withdraw], [operator, vendor])).toBe('executed')
  })

  it('in a genesis, too', async () => {
    await expect(council({}, founders.slice(0, 2))).rejects.toMatchObject({ code: 'governance.founding-validator' })
    const validators = [{ ...chain.genesis.validators[0]!, member: founders[0].id }]
    await expect(council({ validators }, founders.slice(0, 2))).rejects.toMatchObject({
      code: 'governance.no-quorum-left',
    })
  })
})
