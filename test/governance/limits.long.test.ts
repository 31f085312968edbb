/** The largest consortium that fits, and one member more. */
import { expect, it } from 'vitest'
import { encodeAs } from '../../src/codec/index.ts'
import { authority, governanceError } from '../../src/governance/index.ts'
import { maximumGoverning, maximumVotes } from '../../src/governance/limits.ts'
import { bareChain, bareGenesis } from '../host/bare-chain.ts'
import { signerOf, testKey, testMember } from '../ledger/members.ts'
import { gather, type Proposed } from './council.ts'

const roles = ['operator', 'vendor'] as const
const people = Array.from({ length: 1024 }, (_, index) => {
  const key = testKey()
  const keys = { threshold: 1, keys: [key] }
  const member = testMember(`member-${index}`, [roles[index % 2]!], {
    govern: keys,
    operate: keys,
    line: keys,
    node: keys,
  })
  return { ...member, signer: signerOf(member.id, key) }
})

it('a role has as many governing members as fit, and a genesis with one more is refused', async () => {
  const same = people.map((member) => ({ ...member, roles: ['operator'] }))
  const founding = (count: number) => bareChain({ genesis: bareGenesis(same.slice(0, count), [], { protocol: 2 }) })
  await expect(founding(maximumGoverning + 1)).rejects.toMatchObject({ code: 'governance.too-many-governing' })
  const chain = gather(await founding(maximumGoverning))
  expect(chain.newest()).toBe(0n)
}, 120_000)

it('a proposal takes as many votes as fit, and refuses the next', async () => {
  const value = encodeAs(authority.schema, { roles: ['operator', 'vendor'], members: 256 })
  const parameters = [{ module: 'governance', name: 'authority', value }]
  const chain = gather(await bareChain({ genesis: bareGenesis(people, parameters, { protocol: 2 }) }))
  const withdraw: Proposed = ['withdraw-algorithm', { algorithm: 'EdDSA' }]
  await chain.propose([withdraw], people[0])
  const operations = await chain.bodies([withdraw])
  const vote = async (from: number, until: number) => {
    const own = people.slice(from, until)
    const acts = own.map(({ id }, index) => {
      const ballot = (from + index) % 4 === 0 ? 'yes' : 'no'
      return ['governance', 'vote', { proposal: 1n, member: id, vote: ballot, operations }] as const
    })
    return (
      await chain.run(
        acts,
        own.map(({ signer }) => signer),
      )
    ).code
  }
  for (let from = 0; from < maximumVotes; from += 50) expect(await vote(from, from + 50)).toBe(0)
  expect(await vote(maximumVotes, maximumVotes + 1)).toBe(governanceError.numberOf('too-many-votes'))
  expect(await chain.stateOf(1n)).toBe('open')
}, 120_000)
