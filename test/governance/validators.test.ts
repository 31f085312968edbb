/** Validators: what is decided about them, the steps in which the engine hears of it, and what evidence leads to. */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeAs, toHex, utf8 } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import type { Misbehaviour } from '../../src/engine/index.ts'
import {
  type GovernedValidator,
  governanceError,
  misbehaviours,
  standings,
  stateOf,
  stepValidators,
  targetPower,
  validatorPolicy,
  validatorPossessionMessage,
  validatorSet,
} from '../../src/governance/index.ts'
import { maximumPower } from '../../src/governance/limits.ts'
import type { Block } from '../host/bare-chain.ts'
import { testKey } from '../ledger/members.ts'
import {
  addressOf,
  admission,
  authority,
  type Council,
  council,
  guest,
  memberOf,
  newValidator,
  operator,
  type Proposed,
  regulator,
  validatorKeys,
  vendor,
} from './council.ts'

const number = (code: Parameters<typeof governanceError.numberOf>[0]) => governanceError.numberOf(code)
const raw = (index: number) => ed25519Raw(validatorKeys[index]!.key)
const set = (member: string, key: Uint8Array, power: bigint): Proposed => ['set-validator', { member, key, power }]

let chain: Council
beforeEach(async () => {
  chain = await council()
})
const view = () => chain.chain.view('head')
const told = ({ validatorUpdates }: Block) => validatorUpdates.map(({ power }) => power)

describe('a validator', () => {
  it('grows step by step, each less than a third, and only as far as it votes', async () => {
    const key = testKey()
    expect(await chain.pass([['set-validator', newValidator(chain.id, guest.id, 10n, key)]])).toBe('executed')
    // Three validators have to vote for 10 of 40 + 10; a new one that is not seen keeps less than that free.
    const steps = [told(await chain.voted([], [key])), told(await chain.voted([], [key]))]
    expect(steps).toEqual([[10n], []])
    expect(await chain.powers()).toMatchObject({ guest: '10' })
  })

  it('that never votes does not stop a chain of one', async () => {
    const lone = await council({ validators: [{ key: raw(0), power: 10n, member: operator.id }] })
    const key = testKey()
    expect(await lone.pass([['set-validator', newValidator(lone.id, vendor.id, 10n, key)]])).toBe('executed')
    const absent = async () => told(await lone.voted([], [key]))
    expect([await absent(), await absent(), await absent()]).toEqual([[3n], [4n], []])
    expect(await lone.powers()).toEqual({ operator: '10', 'vendor-a': '4' })
    const present = async () => told(await lone.voted())
    expect([await present(), await present()]).toEqual([[8n], [10n]])
  })

  it('loses its power in steps when it is removed, and is then forgotten by the engine', async () => {
    const three = await council({
      validators: [0, 1, 2].map((index) => ({
        key: raw(index),
        power: 10n,
        member: [operator, vendor, authority][index]!.id,
      })),
    })
    expect(await three.pass([set(authority.id, raw(2), 0n)])).toBe('executed')
    expect([told(await three.voted()), told(await three.voted()), told(await three.voted())]).toEqual([[1n], [0n], []])
    const left = await (await three.chain.view('head')).get(validatorSet, new Uint8Array(0))
    expect(left?.validators.map(({ member }) => member).sort()).toEqual(['operator', 'vendor-a'])
  })

  it('is not taken away while those that vote would be too few without it', async () => {
    expect(await chain.pass([set(operator.id, raw(0), 0n)])).toBe('executed')
    const missing = validatorKeys[3]!
    expect(told(await chain.voted([], [missing]))).toEqual([1n])
    expect(told(await chain.voted([], [missing]))).toEqual([])
    expect(told(await chain.voted())).toEqual([0n])
  })

  it('of a member that is suspended has no power, and has it back with its member', async () => {
    const state = (to: string): Proposed => ['set-member-state', { member: regulator.id, state: to }]
    expect(await chain.pass([state('suspended')])).toBe('executed')
    expect(told(await chain.voted())).toEqual([0n])
    expect(await chain.pass([state('active')])).toBe('executed')
    expect(told(await chain.voted([], [validatorKeys[3]!]))).toEqual([9n])
    expect(told(await chain.voted())).toEqual([10n])
    expect(await chain.pass([state('removed')])).toBe('executed')
    expect(told(await chain.voted())).toEqual([0n])
    expect(await chain.powers()).not.toHaveProperty('regulator')
  })

  it('moves to a new key by its member alone, which votes before the old one stops', async () => {
    const next = testKey()
    const to = ed25519Raw(next.key)
    const body = {
      member: operator.id,
      from: raw(0),
      to,
      possession: next.sign(validatorPossessionMessage(chain.id, operator.id, to)),
    }
    expect((await chain.run([['governance', 'rotate-validator', body]], [operator.signer])).code).toBe(0)
    const again = { ...body, from: to }
    expect(await chain.refused(['governance', 'rotate-validator', again], [operator.signer])).toBe(
      number('validator-unsettled'),
    )
    const before = await (await view()).get(validatorSet, new Uint8Array(0))
    expect(before?.validators.reduce((sum, validator) => sum + targetPower(validator), 0n)).toBe(40n)
    for (let block = 0; block < 6; block++) await chain.voted([], block < 3 ? [next] : [])
    const after = await (await view()).get(validatorSet, new Uint8Array(0))
    expect(after?.validators.filter(({ member }) => member === operator.id)).toMatchObject([{ key: to, applied: 10n }])
    expect(await chain.refused(['governance', 'rotate-validator', body], [operator.signer])).toBe(
      number('unknown-validator'),
    )
    const back = { member: operator.id, key: raw(0), power: 10n, possession: body.possession }
    const operations = await chain.bodies([['set-validator', back]])
    const proposal = { member: operator.id, operations, until: chain.time + 86_400_000n }
    expect(await chain.refused(['governance', 'propose', proposal], [operator.signer])).toBe(
      number('possession-not-proven'),
    )
  })
})

describe('a decision about validators is refused', () => {
  const outcome = async (operation: Proposed, on = chain) => (await on.propose([operation])).code

  it('without possession of the key, for a key that has served, for another member, and for none', async () => {
    const key = testKey()
    const { possession: _left, ...without } = newValidator(chain.id, guest.id, 1n, key)
    expect(await outcome(['set-validator', without])).toBe(number('possession-not-proven'))
    const foreign = newValidator('other-00000000', guest.id, 1n, key)
    expect(await outcome(['set-validator', foreign])).toBe(number('possession-not-proven'))
    expect(await outcome(['set-validator', newValidator(chain.id, 'nobody', 1n, key)])).toBe(number('unknown-member'))
    expect(await outcome(set(guest.id, raw(0), 1n))).toBe(number('unknown-validator'))
    expect(await outcome(set(guest.id, ed25519Raw(key.key), 0n))).toBe(number('unknown-validator'))
    expect(await chain.pass([set(authority.id, raw(2), 0n)])).toBe('executed')
    await chain.voted()
    const served = newValidator(chain.id, authority.id, 10n, validatorKeys[2]!)
    expect(await outcome(['set-validator', served])).toBe(number('validator-key-used'))
  })

  it('with a power beyond bounds, a share beyond the policy, and for a member that is not active', async () => {
    expect(await outcome(set(operator.id, raw(0), maximumPower + 1n))).toBe(number('power-out-of-range'))
    expect(await outcome(set(operator.id, raw(0), 30n))).toBe(number('share-too-large'))
    expect(await outcome(set(operator.id, raw(0), 14n))).toBe(0)
    expect(await chain.pass([['set-member-state', { member: regulator.id, state: 'suspended' }]])).toBe('executed')
    expect(await outcome(set(regulator.id, raw(3), 5n))).toBe(number('member-not-active'))
  })

  it('however many validators a member splits its power over', async () => {
    expect(await chain.pass([['set-validator', newValidator(chain.id, operator.id, 3n)]])).toBe('executed')
    expect(await outcome(['set-validator', newValidator(chain.id, operator.id, 3n)])).toBe(number('share-too-large'))
    expect(await outcome(['set-validator', newValidator(chain.id, vendor.id, 3n)])).toBe(0)
  })

  it('that leaves too little power, and on a chain whose engine has one validator', async () => {
    const lone = await council({ validators: [{ key: raw(0), power: 10n, member: operator.id }] })
    expect(await outcome(set(operator.id, raw(0), 0n), lone)).toBe(number('no-quorum-left'))
    expect(await outcome(set(operator.id, raw(0), 3n), lone)).toBe(number('no-quorum-left'))
    for (const engine of ['solo', 'none'] as const) {
      const validators = [{ key: raw(0), power: 10n, member: operator.id }]
      const solo = await council(engine === 'solo' ? { engine, validators } : { validators }, undefined, engine)
      expect(await outcome(set(operator.id, raw(0), 20n), solo)).toBe(number('validators-fixed'))
      expect(await outcome(['set-validator', newValidator(solo.id, vendor.id, 1n)], solo)).toBe(
        number('validators-fixed'),
      )
      // Its member may be suspended all the same: who decides and who makes blocks are two questions.
      const suspension: Proposed = ['set-member-state', { member: operator.id, state: 'suspended' }]
      expect(await solo.pass([suspension], [vendor, authority, regulator])).toBe('executed')
      expect(told(await solo.voted())).toEqual([])
    }
  })

  it('by a newcomer too, which joins and gets its validator in one proposal', async () => {
    const [own, validator] = [testKey(), testKey()]
    const body = admission(chain.id, 'newcomer', ['operator'], own)
    const grant = newValidator(chain.id, 'newcomer', 10n, validator)
    expect(
      await chain.pass([
        ['admit-member', body],
        ['set-validator', grant],
      ]),
    ).toBe('executed')
    expect(told(await chain.voted())).toEqual([10n])
    expect(
      (await chain.propose([['withdraw-algorithm', { algorithm: 'ES256' }]], memberOf('newcomer', own))).code,
    ).toBe(0)
  })
})

describe('a genesis is refused', () => {
  const founding = (validators: readonly object[], engine: 'solo' | 'cometbft' = 'cometbft') =>
    council({ engine, validators: validators as never })
  const good = { key: raw(0), power: 10n, member: operator.id }

  it.each<[string, string, () => Promise<unknown>]>([
    ['a validator of nobody', 'founding-validator', () => founding([{ key: raw(0), power: 10n }])],
    ['a validator of a stranger', 'founding-validator', () => founding([{ ...good, member: 'nobody' }])],
    ['a validator without power', 'founding-validator', () => founding([good, { ...good, key: raw(1), power: 0n }])],
    ['a key that is none', 'founding-validator', () => founding([{ ...good, key: new Uint8Array(32).fill(2) }])],
    ['two validators of solo', 'founding-validator', () => founding([good, { ...good, key: raw(1) }], 'solo')],
    ['a key twice', 'repeated', () => founding([good, good])],
    ['an excess of power', 'power-out-of-range', () => founding([{ ...good, power: maximumPower + 1n }])],
    ['too little power', 'no-quorum-left', () => founding([{ ...good, power: 3n }])],
  ])('with %s', async (_what, code, found) => {
    await expect(found()).rejects.toMatchObject({ code: `governance.${code}` })
  })
})

describe('evidence of double signing', () => {
  const evidence = (key: Uint8Array, height = 1n): Misbehaviour => ({
    kind: 'duplicate-vote',
    validator: addressOf(key),
    power: 10n,
    height,
    time: { seconds: 1n, nanos: 0 },
    totalPower: 40n,
  })
  const policyOf = (doubleSigning: string): Proposed => [
    'set-parameter',
    {
      module: 'governance',
      name: 'validator-policy',
      value: encodeAs(validatorPolicy.schema, {
        ...validatorPolicy.initial,
        doubleSigning,
      } as typeof validatorPolicy.initial),
      at: 0n,
    },
  ]
  const recorded = async (key: Uint8Array, height = 1n) =>
    (await view()).get(
      misbehaviours,
      misbehaviours.key({ address: addressOf(key), kind: 'duplicate-vote', height } as never),
    )
  const stateOfMember = async (id: string) => stateOf((await (await view()).get(standings, utf8(id)))!)

  it('takes the power of the validator, once, until it is decided otherwise', async () => {
    const { events } = await chain.block([], [evidence(raw(3)), evidence(raw(3))])
    expect(events.map(({ name }) => name)).toEqual(['misbehaviour-recorded'])
    expect(told(await chain.voted())).toEqual([0n])
    expect(await recorded(raw(3))).toMatchObject({ member: regulator.id, consequence: 'suspend-validator' })
    expect(await stateOfMember(regulator.id)).toBe('active')
    expect(await chain.pass([set(regulator.id, raw(3), 10n)])).toBe('executed')
    expect([told(await chain.voted()), told(await chain.voted())]).toEqual([[9n], [10n]])
  })

  it('suspends the member where the policy says so, and is only kept where it says that', async () => {
    expect(await chain.pass([policyOf('suspend-member')])).toBe('executed')
    await chain.block([], [evidence(raw(3))])
    expect(await stateOfMember(regulator.id)).toBe('suspended')
    expect(await chain.pass([policyOf('record')])).toBe('executed')
    await chain.block([], [evidence(raw(2))])
    expect(await recorded(raw(2))).toMatchObject({ member: authority.id, consequence: 'record' })
    expect(await stateOfMember(authority.id)).toBe('active')
  })

  it('never takes the quorum: what would is replaced by less', async () => {
    expect(await chain.pass([policyOf('suspend-member')])).toBe('executed')
    await chain.block([], [evidence(raw(3)), evidence(raw(2))])
    expect(await recorded(raw(3))).toMatchObject({ consequence: 'suspend-member' })
    expect(await recorded(raw(2))).toMatchObject({ consequence: 'suspend-validator' })
    await chain.block([], [evidence(raw(1)), evidence(raw(0))])
    expect(await recorded(raw(1))).toMatchObject({ consequence: 'suspend-validator' })
    expect(await recorded(raw(0))).toMatchObject({ consequence: 'record' })
  })

  it('finds the member of a key that serves no more, and nobody for one that never did', async () => {
    expect(await chain.pass([set(regulator.id, raw(3), 0n)])).toBe('executed')
    await chain.voted()
    await chain.block([], [evidence(raw(3), 2n), evidence(ed25519Raw(testKey().key))])
    expect(await recorded(raw(3), 2n)).toMatchObject({ member: regulator.id })
  })
})

describe('a step', () => {
  const keys = Array.from({ length: 8 }, () => ed25519Raw(testKey().key))
  const powers = fc.array(fc.tuple(fc.bigInt(0n, 50n), fc.bigInt(0n, 50n), fc.boolean()), {
    minLength: 1,
    maxLength: 8,
  })
  const validatorsOf = (rows: readonly (readonly [bigint, bigint, boolean])[]): readonly GovernedValidator[] =>
    rows.map(([applied, power], index) => ({ key: keys[index]!, applied, power, isHeld: false, isSuspended: false }))
  const sum = (validators: readonly GovernedValidator[], of: (validator: GovernedValidator) => bigint) =>
    validators.reduce((total, validator) => total + of(validator), 0n)
  const hex = ({ key }: GovernedValidator) => toHex(addressOf(key))

  it('changes less than its part of the power, and never takes from who votes more than two thirds need', () => {
    fc.assert(
      fc.property(powers, fc.integer({ min: 3, max: 20 }), (rows, divisor) => {
        const before = validatorsOf(rows)
        const total = sum(before, ({ applied }) => applied)
        const voted = new Set(before.filter((_, index) => rows[index]![2]).map(hex))
        fc.pre(total >= 4n && voted.size > 0)
        const after = stepValidators(before, voted, divisor)
        const changes = after.map((validator, index) => validator.applied - before[index]!.applied)
        const changed = changes.reduce((all, each) => all + (each < 0n ? -each : each), 0n)
        expect(changed * 3n < total || changed === 0n).toBe(true)
        expect(changed <= 1n || changed * BigInt(divisor) < total).toBe(true)
        const votes = (all: readonly GovernedValidator[]) =>
          sum(all, (validator) => (voted.has(hex(validator)) ? 3n * validator.applied : 0n)) -
          2n * sum(all, ({ applied }) => applied)
        if (votes(before) > 0n) expect(votes(after) > 0n).toBe(true)
        else expect(votes(after) >= votes(before)).toBe(true)
        expect(sum(after, ({ applied }) => applied) >= 4n).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('after step leads to what was decided, if all vote', () => {
    fc.assert(
      fc.property(powers, (rows) => {
        let validators = validatorsOf(rows)
        fc.pre(sum(validators, ({ applied }) => applied) >= 4n && sum(validators, targetPower) >= 4n)
        const isSettled = () => validators.every((validator) => validator.applied === targetPower(validator))
        for (let block = 0; block < 400 && !isSettled(); block++) {
          const voted = new Set(validators.filter(({ applied }) => applied > 0n).map(hex))
          validators = stepValidators(validators, voted, 3)
        }
        expect(validators.map(({ applied }) => applied)).toEqual(validators.map(targetPower))
      }),
      { numRuns: 60 },
    )
  })
})
