/** A history of four organisations that vote: every operation that protocol 2 has and protocol 1 had not. */
import { encodeAs } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import {
  authority as authorityParameter,
  minimumVotingTime,
  possessionMessage,
  validatorPossessionMessage,
} from '../../src/governance/index.ts'
import { recordedBlocks } from '../chain/recorded-blocks.ts'
import {
  addressOf,
  admission,
  authority,
  type Council,
  council,
  founders,
  guest,
  newValidator,
  operator,
  type Proposed,
  regulator,
  validatorKeys,
  vendor,
} from '../governance/council.ts'
import { testKey } from '../ledger/members.ts'
import type { Recording } from './recording.ts'

/** Writes the history into a chain in memory. */
export async function recordCouncil(): Promise<Recording> {
  const chain = await council()
  await comeAndGo(chain)
  await changeValidators(chain)
  await decideTogether(chain)
  return { genesis: chain.genesis, blocks: await recordedBlocks(chain.chain) }
}

async function comeAndGo(chain: Council): Promise<void> {
  await chain.propose([['admit-member', admission(chain.id, 'newcomer', ['operator'])]])
  for (const [member, vote] of [
    [operator, 'yes'],
    [regulator, 'no'],
    [vendor, 'yes'],
    [authority, 'yes'],
  ] as const) {
    await chain.vote(1n, member, vote)
  }
  await chain.vote(1n, operator)
  await chain.run([['governance', 'suspend-member', { member: guest.id }]], [operator.signer, vendor.signer])
  chain.time += 72n * 3_600_000n
  await chain.voted()
  const key = testKey()
  const rotation = (member: string, count: bigint) => ({
    member,
    keys: { purpose: 'line', threshold: 1, keys: [key.key] },
    rotation: count,
    possession: [key.sign(possessionMessage(chain.id, member, 'line', count))],
  })
  await chain.run([['governance', 'rotate-keys', rotation(operator.id, 1n)]], [operator.signer])
  await chain.run([['governance', 'rotate-keys', rotation(operator.id, 1n)]], [operator.signer])
  await chain.propose([['withdraw-algorithm', { algorithm: 'EdDSA' }]], vendor, chain.time + minimumVotingTime)
  chain.time += minimumVotingTime
  await chain.voted()
  await chain.voted()
}

async function changeValidators(chain: Council): Promise<void> {
  const key = testKey()
  await chain.pass([['set-validator', newValidator(chain.id, 'newcomer', 20n, key)]])
  for (let block = 0; block < 4; block++) await chain.voted([], block < 2 ? [key] : [])
  const next = testKey()
  const [from, to] = [ed25519Raw(validatorKeys[0]!.key), ed25519Raw(next.key)]
  const possession = next.sign(validatorPossessionMessage(chain.id, operator.id, to))
  await chain.run(
    [['governance', 'rotate-validator', { member: operator.id, from, to, possession }]],
    [operator.signer],
  )
  for (let block = 0; block < 4; block++) await chain.voted()
  const evidence = {
    kind: 'duplicate-vote',
    validator: addressOf(ed25519Raw(validatorKeys[3]!.key)),
    power: 10n,
    height: 3n,
    time: { seconds: 1n, nanos: 0 },
    totalPower: 40n,
  } as const
  await chain.block([], [evidence])
  for (let block = 0; block < 3; block++) await chain.voted()
}

async function decideTogether(chain: Council): Promise<void> {
  const all = founders.map(({ signer }) => signer)
  const sign = ([type, body]: Proposed) => chain.run([['governance', type, body]], all)
  await sign(['set-roles', { member: guest.id, roles: ['vendor', 'ca'] }])
  const lost = testKey()
  await sign([
    'replace-keys',
    {
      member: guest.id,
      keys: { purpose: 'govern', threshold: 1, keys: [lost.key] },
      rotation: 1n,
      possession: [lost.sign(possessionMessage(chain.id, guest.id, 'govern', 1n))],
    },
  ])
  await sign(['admit-member', admission(chain.id, 'another', ['guest'])])
  await sign(['set-validator', { member: regulator.id, key: ed25519Raw(validatorKeys[3]!.key), power: 0n }])
  await chain.run([['governance', 'leave', { member: 'regulator' }]], [regulator.signer])
  const value = encodeAs(authorityParameter.schema, { ...authorityParameter.initial, members: 5 })
  await sign(['set-parameter', { module: 'governance', name: 'authority', value, at: 0n }])
  await sign(['set-member-state', { member: vendor.id, state: 'suspended' }])
  await chain.voted()
}
