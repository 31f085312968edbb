/** Whatever members decide, in whatever order: afterwards they can still decide. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { publicationPolicy } from '../../pki/contract/index.ts'
import { encodeAs, toHex, utf8 } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { governingRoles } from '../../src/governance/collections.ts'
import {
  authority as authorityParameter,
  inForceAt,
  standings,
  stateOf,
  targetPower,
  validatorSet,
} from '../../src/governance/index.ts'
import type { TestMember } from '../ledger/members.ts'
import { addressOf, type Council, council, founders, guest, validatorKeys } from './council.ts'

const people: readonly TestMember[] = [...founders, guest]
const roles = ['operator', 'vendor', 'ca', 'regulator', 'guest'] as const
const only = new Uint8Array(0)

const member = fc.constantFrom(...people)
const someRoles = fc.subarray([...roles], { minLength: 1 })
type Act = readonly [type: string, body: object] | 'leave' | 'evidence' | 'wait'

const acts: fc.Arbitrary<{ readonly act: Act; readonly by: TestMember }> = fc.record({
  by: member,
  act: fc.oneof(
    fc.tuple(
      fc.constant('set-member-state'),
      fc.record({
        member: member.map(({ id }) => id),
        state: fc.constantFrom('active', 'suspended', 'suspended', 'removed'),
      }),
    ),
    fc.tuple(fc.constant('set-roles'), fc.record({ member: member.map(({ id }) => id), roles: someRoles })),
    fc.tuple(
      fc.constant('set-parameter'),
      fc.tuple(someRoles, fc.integer({ min: 1, max: 5 }), fc.constantFrom(0n, 3_000n)).map(([own, members, later]) => ({
        module: 'governance',
        name: 'authority',
        value: encodeAs(authorityParameter.schema, { roles: own, members }),
        at: later,
      })),
    ),
    fc.tuple(fc.constant('suspend-member'), fc.record({ member: member.map(({ id }) => id) })),
    fc.tuple(
      fc.constant('set-validator'),
      fc.tuple(fc.nat({ max: 3 }), fc.bigInt(0n, 12n)).map(([index, power]) => ({
        member: founders[index]!.id,
        key: ed25519Raw(validatorKeys[index]!.key),
        power,
      })),
    ),
    fc.constantFrom<Act>('leave', 'evidence', 'wait'),
  ),
})

it('members that govern can always decide the next thing, and the validators are never too few', async () => {
  let done = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 14 }), async (steps) => {
      const chain = await council()
      for (const { act, by } of steps) {
        const code = await perform(chain, act, by)
        if (code === 0) done++
        else refused++
        await requireLive(chain)
      }
      expect(chain.faults).toEqual([])
    }),
    { numRuns: 25 },
  )
  expect(done).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(20)
}, 60_000)

/** Signed by everybody who can sign, or by one alone. */
async function perform(chain: Council, act: Act, by: TestMember): Promise<number> {
  if (act === 'wait') {
    chain.time += 80n * 3_600_000n
    await chain.voted()
    return 0
  }
  if (act === 'evidence') {
    const validator = addressOf(ed25519Raw(validatorKeys[people.indexOf(by) % 4]!.key))
    const time = { seconds: 1n, nanos: 0 }
    await chain.block(
      [],
      [{ kind: 'duplicate-vote', validator, power: 1n, height: chain.chain.head!.height, time, totalPower: 40n }],
    )
    return 0
  }
  if (act === 'leave') {
    if (!(await activeMembers(chain)).includes(by)) return 1
    return (await chain.run([['governance', 'leave', { member: by.id }]], [by.signer])).code
  }
  const [type, body] = act
  const placed = 'at' in body && body.at === 3_000n ? { ...body, at: chain.time + 3_000n } : body
  const signers = (await activeMembers(chain)).map(({ signer }) => signer)
  return (await chain.run([['governance', type, placed]], signers)).code
}

async function activeMembers(chain: Council): Promise<readonly TestMember[]> {
  const view = await chain.chain.view('head')
  const states = await Promise.all(people.map(({ id }) => view.get(standings, utf8(id))))
  return people.filter((_, index) => stateOf(states[index]!) === 'active')
}

async function requireLive(chain: Council): Promise<void> {
  const { height } = chain.chain.head!
  const { members, parameters } = await inForceAt(chain.store, height, height)
  const stored = parameters.find(({ name }) => name === 'authority')!
  const view = await chain.chain.view('head')
  const authority = await view.parameter(authorityParameter)
  expect(toHex(encodeAs(authorityParameter.schema, authority))).toBe(toHex(stored.value))
  const active = members.filter(({ states }) => states.at(-1)?.state === 'active').map((each) => each.member)
  for (const role of roles) {
    const listed = (await view.get(governingRoles, utf8(role)))?.members ?? []
    expect(listed).toEqual(
      active
        .filter((each) => each.roles.includes(role))
        .map(({ id }) => id)
        .sort(),
    )
  }
  const governing = active.filter((each) => each.roles.some((role) => authority.roles.includes(role)))
  expect(governing.length).toBeGreaterThanOrEqual(authority.members)
  if (authority.members === 1) expect(governing).toHaveLength(1)
  const set = await view.get(validatorSet, only)
  expect(set!.validators.reduce((sum, validator) => sum + targetPower(validator), 0n)).toBeGreaterThanOrEqual(4n)
  const value = encodeAs(publicationPolicy.schema, publicationPolicy.initial)
  const signers = (await activeMembers(chain)).map(({ signer }) => signer)
  const body = { module: 'pki', name: 'publication-policy', value, at: 0n }
  expect((await chain.run([['governance', 'set-parameter', body]], signers)).code).toBe(0)
}
