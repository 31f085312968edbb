/** The example of docs/contracts.md does what the page says of it. */
import { afterAll, describe, expect, it } from 'vitest'
import { boardRules, notes, notesError, notesModule } from '../../examples/notes/index.ts'
import { defineProtocols } from '../../src/chain/index.ts'
import { encodeAs, toHex, utf8 } from '../../src/codec/index.ts'
import { consensusVectorsDigest } from '../../src/crypto/index.ts'
import { decodeEvents } from '../../src/host/index.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'
import { firstNotesModule, stars, starsModule } from './notes-neighbours.ts'

const alice = testMember('alice', ['operator'])
const bob = testMember('bob', ['operator'])
const carol = testMember('carol', ['regulator'])
const everyone = [alice.signer, bob.signer, carol.signer]
const vectors = toHex(consensusVectorsDigest())

const ledger = await startTestLedger({
  database: await testDatabase(),
  members: [alice, bob, carol],
  protocols: defineProtocols({
    1: { governance: 2, modules: [firstNotesModule, starsModule], vectors },
    2: { governance: 2, modules: [notesModule, starsModule], vectors },
  }),
})
afterAll(() => ledger.stop())

const pin = (...items: readonly object[]) => ['notes', 'pin', items] as const
const noteOf = async (title: string) => {
  const view = await ledger.chain.view('head')
  const note = await view.get(notes, utf8(title))
  await view.close()
  return note
}

describe('the switch from version 1 to version 2', () => {
  it('rewrites every row by queue work, from the height that governance chose', async () => {
    await ledger.submit([['notes', 'pin', { title: 'old' }]], [alice.signer])
    const view = await ledger.chain.view('head')
    const before = await view.prove(notes, utf8('old'))
    await view.close()
    expect(before.value?.[1]).toBe(1)
    expect(await noteOf('old')).toMatchObject({ colour: 'yellow' })

    const height = ledger.chain.head!.height + 8n
    const switched = await ledger.submit([['governance', 'switch-protocol', { version: 2, height }]], everyone)
    expect(switched.result.code).toBe(0)
    await expect.poll(() => ledger.chain.head!.height, { timeout: 10_000 }).toBeGreaterThan(height)

    const later = await ledger.chain.view('head')
    expect((await later.prove(notes, utf8('old'))).value?.[1]).toBe(2)
    await later.close()
  })
})

describe('a batch of notes', () => {
  it('gives each note its own verdict, and the unique place goes to the first', async () => {
    const first = { title: 'first', text: 'one', place: 1 }
    const { result, height } = await ledger.submit(
      [pin(first, { title: 'second', text: 'two', place: 1 }, first, { title: 'third', text: 'three' })],
      [alice.signer],
    )
    expect(result).toEqual({ code: 0, operations: [{ verdicts: [0, notesError.numberOf('place-taken'), 1, 0] }] })
    expect(await noteOf('second')).toBeUndefined()
    const block = await ledger.chain.store.block(height)
    expect(decodeEvents(block!.events).map(({ name }) => name)).toEqual(['note-pinned', 'note-pinned'])
  })

  it('counts in an authenticated counter, the rows of version 1 too', async () => {
    await ledger.submit([pin({ title: 'fourth', text: 'four' })], [bob.signer])
    const view = await ledger.chain.view('head')
    expect(await view.count(notes, 'author', utf8('bob'))).toBe(1n)
    expect(await view.count(notes, 'author', utf8('alice'))).toBe(3n)
    await view.close()
  })
})

describe('two operations in one transaction', () => {
  it('see each other, across modules and through a port', async () => {
    const { result } = await ledger.submit(
      [pin({ title: 'starred', text: 'five' }), ['stars', 'give', { title: 'starred' }]],
      [alice.signer],
    )
    expect(result).toEqual({ code: 0, operations: [{ verdicts: [0] }, {}] })
    const view = await ledger.chain.view('head')
    expect(await view.get(stars, utf8('starred'))).toEqual({ title: 'starred', member: 'alice' })
    await view.close()
  })

  it('are both undone when the second is refused', async () => {
    const { result } = await ledger.submit(
      [pin({ title: 'lost', text: 'six' }), ['stars', 'give', { title: 'nowhere' }]],
      [alice.signer],
    )
    expect(result).toEqual({ code: notesError.numberOf('unknown-note'), operations: [] })
    expect(await noteOf('lost')).toBeUndefined()
  })
})

describe('taking down', () => {
  it('is for the author alone', async () => {
    const byBob = await ledger.submit([['notes', 'take-down', { title: 'first' }]], [bob.signer])
    expect(byBob.result.code).toBe(notesError.numberOf('not-author'))
    const byAlice = await ledger.submit([['notes', 'take-down', { title: 'first' }]], [alice.signer])
    expect(byAlice.result.code).toBe(0)
    expect(await noteOf('first')).toBeUndefined()
  })

  it('frees the unique place', async () => {
    const { result } = await ledger.submit([pin({ title: 'next', text: 'seven', place: 1 })], [bob.signer])
    expect(result.operations).toEqual([{ verdicts: [0] }])
  })

  it('happens by itself at the time that the parameter gives', async () => {
    const value = encodeAs(boardRules.schema, { lifetime: 400n })
    const decision = { module: 'notes', name: 'board-rules', value, at: 0n }
    expect((await ledger.submit([['governance', 'set-parameter', decision]], everyone)).result.code).toBe(0)
    const { time } = await ledger.submit([pin({ title: 'brief', text: 'eight' })], [alice.signer])
    expect(await noteOf('brief')).toMatchObject({ until: time + 400n })
    await expect.poll(() => noteOf('brief'), { timeout: 10_000 }).toBeUndefined()
    expect(ledger.chain.head!.time).toBeGreaterThanOrEqual(time + 400n)
  })
})
