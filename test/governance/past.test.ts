/** What is in force at each height, from the state at the head alone; and a chain of protocol 1 that goes on as one of 2. */
import { describe, expect, it } from 'vitest'
import { publicationPolicy } from '../../pki/contract/index.ts'
import { encodeAs, toHex, utf8 } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import {
  governanceError,
  type InForce,
  inForceAt,
  members,
  possessionMessage,
  validatorHistory,
} from '../../src/governance/index.ts'
import { bareChain, bareGenesis } from '../host/bare-chain.ts'
import { testKey } from '../ledger/members.ts'
import {
  admission,
  authority,
  type Council,
  council,
  gather,
  guest,
  newValidator,
  operator,
  type Proposed,
  regulator,
  validatorKeys,
  vendor,
} from './council.ts'
import { all, quorum, vendor as twoOfThree } from './members.ts'

const at = (chain: Council, height: bigint) => inForceAt(chain.store, height, chain.chain.head?.height ?? 0n)
const shown = ({ members: list, validators, parameters, protocol, withdrawn }: InForce) => ({
  members: list.map(({ member, states }) => `${member.id} ${states.at(-1)?.state} ${member.roles.join('+')}`),
  validators: validators?.validators.map(({ member, power, applied }) => `${member} ${power} ${applied}`).sort(),
  skew: parameters.find(({ name }) => name === 'publication-policy')?.height,
  protocol,
  withdrawn: withdrawn.map(({ algorithm }) => algorithm),
})

describe('what is in force', () => {
  it('at every height is what was in force when that height was the newest', async () => {
    const chain = await council()
    const seen: ReturnType<typeof shown>[] = []
    const note = async () => {
      const { height } = chain.chain.head!
      seen[Number(height)] = shown(await at(chain, height))
    }
    const value = encodeAs(publicationPolicy.schema, { ...publicationPolicy.initial, clockSkew: 5n })
    const steps: readonly (readonly Proposed[])[] = [
      [['set-parameter', { module: 'pki', name: 'publication-policy', value, at: 0n }]],
      [['admit-member', admission(chain.id, 'newcomer', ['operator'])]],
      [
        ['set-validator', newValidator(chain.id, 'newcomer', 10n)],
        ['set-roles', { member: guest.id, roles: ['ca'] }],
      ],
      [['set-member-state', { member: regulator.id, state: 'suspended' }]],
      [['withdraw-algorithm', { algorithm: 'ES256' }]],
      [['set-validator', { member: vendor.id, key: ed25519Raw(validatorKeys[1]!.key), power: 0n }]],
      [
        ['set-member-state', { member: regulator.id, state: 'active' }],
        ['set-roles', { member: guest.id, roles: ['x'] }],
      ],
    ]
    await note()
    for (const step of steps) {
      expect(await chain.pass(step, [operator, vendor, authority])).toBe('executed')
      await note()
      for (let block = 0; block < 3; block++) {
        await chain.voted()
        await note()
      }
    }
    for (const [height, then] of seen.entries()) {
      if (then !== undefined) expect(shown(await at(chain, BigInt(height))), `height ${height}`).toEqual(then)
    }
    expect(
      new Set(seen.filter((each) => each !== undefined).map((each) => JSON.stringify(each, text))).size,
    ).toBeGreaterThan(9)
  })

  it('is not known of heights that are not there yet', async () => {
    const chain = await council()
    await expect(at(chain, 1n)).rejects.toMatchObject({ code: 'governance.history-not-kept' })
  })

  it('gives the validators of each block two blocks after the engine was told', async () => {
    const chain = await council()
    expect(await chain.pass([['set-member-state', { member: regulator.id, state: 'suspended' }]])).toBe('executed')
    await chain.voted()
    const told = chain.chain.head!.height
    for (let block = 0; block < 3; block++) await chain.voted()
    const validatorsAt = await validatorHistory(chain.store)
    expect(validatorsAt(1n)).toHaveLength(4)
    expect(validatorsAt(told + 1n)?.map(({ power }) => power)).toEqual([10n, 10n, 10n, 10n])
    expect(validatorsAt(told + 2n)?.map(({ power }) => power)).toEqual([10n, 10n, 10n])
  })
})

describe('a chain of protocol 1', () => {
  const switched = async () => {
    const bare = await bareChain({ genesis: bareGenesis(all) })
    await bare.run([['governance', 'set-member-state', { member: 'guest', state: 'suspended' }]], quorum)
    await bare.run([['governance', 'switch-protocol', { version: 2, height: 6n }]], quorum)
    return bare
  }
  const withdraw: Proposed = ['withdraw-algorithm', { algorithm: 'EdDSA' }]

  it('has no votes, and nothing guards it', async () => {
    const bare = await switched()
    expect((await bare.chain.program()).transactionType('governance', 'vote')).toBeUndefined()
  })

  it('votes from the height on at which protocol 2 begins, with the members that it has, and keeps the past from there', async () => {
    const bare = await switched()
    while (bare.chain.head!.height < 5n) await bare.block([])
    const chain = gather(bare)
    expect(await chain.pass([withdraw], [memberWith(0), memberWith(1), memberWith(2)])).toBe('executed')
    expect((await at(chain, 6n)).members.map(({ member }) => member.id)).toContain('guest')
    await expect(at(chain, 5n)).rejects.toMatchObject({ code: 'governance.history-not-kept' })
    const suspended = [memberWith(0), memberWith(1), memberWith(2)]
    expect(await chain.pass([['set-member-state', { member: 'regulator', state: 'suspended' }]], suspended)).toBe(
      'executed',
    )
    const next = { member: 'operator', state: 'suspended' }
    expect((await chain.propose([['set-member-state', next]], memberWith(0))).code).toBe(
      governanceError.numberOf('no-quorum-left'),
    )
    expect((await chain.propose([['set-validator', newValidator(chain.id, 'operator', 1n)]], memberWith(0))).code).toBe(
      governanceError.numberOf('validators-fixed'),
    )
    expect(bare.faults).toEqual([])
  })

  it('counts rotations from there', async () => {
    const bare = await switched()
    const key = testKey()
    const body = (rotation?: bigint) => ({
      member: 'operator',
      keys: { purpose: 'line', threshold: 1, keys: [key.key] },
      ...(rotation === undefined ? {} : { rotation }),
      possession: [key.sign(possessionMessage(gather(bare).id, 'operator', 'line', rotation))],
    })
    expect((await bare.run([['governance', 'rotate-keys', body()]], [quorum[0]!])).code).toBe(0)
    while (bare.chain.head!.height < 6n) await bare.block([])
    expect((await bare.run([['governance', 'rotate-keys', body()]], [quorum[0]!])).code).toBe(
      governanceError.numberOf('rotation-replayed'),
    )
    expect((await bare.run([['governance', 'rotate-keys', body(1n)]], [quorum[0]!])).code).toBe(0)
    const view = await bare.chain.view('head')
    expect(toHex((await view.get(members, utf8('operator')))!.keys.at(-1)!.keys[0]!.spki)).toBe(toHex(key.key.spki))
  })
})

function memberWith(index: number) {
  return all.filter(({ id }) => id !== twoOfThree.id)[index]!
}

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}
