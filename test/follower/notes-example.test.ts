/** The projection of docs/contracts.md does what the page says of it. */
import { afterAll, expect, it } from 'vitest'
import { notesModule } from '../../examples/notes/index.ts'
import { notesBy, notesProjection } from '../../examples/notes/projection.ts'
import { defineProtocols } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { consensusVectorsDigest } from '../../src/crypto/index.ts'
import { statement } from '../../src/store/index.ts'
import { driveChain } from '../ledger/driven-chain.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'
import { follow } from './following.ts'

const alice = testMember('alice', ['operator'])
const bob = testMember('bob', ['operator'])
const database = await testDatabase()
const vectors = toHex(consensusVectorsDigest())
const driven = await driveChain({
  database,
  members: [alice, bob],
  protocols: defineProtocols({ 1: { governance: 1, modules: [notesModule], vectors } }),
})
const follower = follow(driven.chain, database, [notesProjection])
afterAll(async () => {
  await follower.stop()
  await driven.close()
})

it('a module of its own becomes searchable by a declaration', async () => {
  const pin = async (member: typeof alice, ...titles: readonly string[]) =>
    driven.sign([['notes', 'pin', titles.map((title) => ({ title, text: 'x', colour: 'blue' }))]], [member.signer])
  const results = await driven.block(await pin(alice, 'first', 'second'), await pin(bob, 'third'))
  expect(results.map(({ code }) => code)).toEqual([0, 0])
  await follower.followed(driven.chain.head!.height)

  expect(await notesBy(follower, 'alice')).toEqual({ titles: ['first', 'second'], height: driven.chain.head!.height })
  const counted = await follower.search(
    notesProjection,
    statement`select latest as place, author, pinned from notes_author order by author`,
  )
  expect(counted.rows).toMatchObject([
    { author: 'alice', pinned: 2n },
    { author: 'bob', pinned: 1n },
  ])
})
