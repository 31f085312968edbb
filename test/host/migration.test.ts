/** A protocol switch that rewrites a collection: so many rows a block, in key order, while the chain works on. */
import { describe, expect, it } from 'vitest'
import { protocols as shipped } from '../../api/protocols.ts'
import { defineProtocols } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { notesVersion1, notesVersion2, secondNotes } from '../chain/notes-module.ts'
import { testMember } from '../ledger/members.ts'
import { type BareChain, bareChain, bareGenesis, type NamedOperation, recordKeys } from './bare-chain.ts'

const members = ['operator-a', 'operator-bb', 'regulator'].map((id) => testMember(id, ['operator']))
const signers = members.map(({ signer }) => signer)
const genesis = bareGenesis(members)
const vectors = shipped.vectors.get(1) ?? ''
const protocols = defineProtocols({
  1: { governance: 1, modules: [notesVersion1], vectors },
  2: { governance: 1, modules: [notesVersion2], vectors },
})
const rows = 1100

const name = (index: number) => `note-${String(index).padStart(5, '0')}`
const write = (id: string, text: string): NamedOperation => ['notes', 'write', { id, text }]

/** A chain with so many rows of version 1 that switches two blocks later. */
async function chainBeforeSwitch(): Promise<{ readonly bare: BareChain; readonly at: bigint }> {
  const bare = await bareChain({ genesis, protocols })
  const operations = Array.from({ length: rows }, (_, index) => write(name(index), 'x'.repeat(1 + (index % 3))))
  const transactions = Array.from({ length: Math.ceil(rows / 60) }, (_, index) =>
    bare.sign(operations.slice(60 * index, 60 * index + 60), signers.slice(0, 1)),
  )
  const { results } = await bare.block(await Promise.all(transactions))
  expect(results.every(({ code }) => code === 0)).toBe(true)
  const at = 4n
  expect((await bare.run([['governance', 'switch-protocol', { version: 2, height: at }]], signers)).code).toBe(0)
  return { bare, at }
}

const ofVersion = ({ store }: BareChain, version: number) =>
  [...store.rows('records')].filter(
    ([key, value]) =>
      key.startsWith(prefix) && key.slice(prefix.length, prefix.length + 2) === '00' && value[1] === version,
  ).length
const prefix = [5, ...utf8('notes'), 5, ...utf8('notes')].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const count = async (bare: BareChain, length: string) =>
  (await bare.chain.view('head')).count(secondNotes, 'length', utf8(length))

describe('a migration', () => {
  it('tells the engine one block ahead, starts at the height, and rewrites 512 rows a block until all are done', async () => {
    const { bare, at } = await chainBeforeSwitch()
    expect((await bare.block([])).appVersion).toBe(2n)
    expect(bare.chain.head!.height).toBe(at - 1n)
    const left = [ofVersion(bare, 1)]
    for (let height = at; height < at + 5n; height++) {
      expect((await bare.block([])).appVersion).toBeUndefined()
      left.push(ofVersion(bare, 1))
    }
    expect(left).toEqual([rows, rows, rows - 512, rows - 1024, 0, 0])
    expect(ofVersion(bare, 2)).toBe(rows)
    expect(recordKeys(bare, 'kernel', 'due-work')).toEqual([])
    expect([await count(bare, '1'), await count(bare, '2'), await count(bare, '3')]).toEqual([367n, 367n, 366n])
    expect((await bare.chain.info()).appVersion).toBe(2n)
  })

  it('leaves the chain at work: rows are read up, written and counted once, before and after their turn', async () => {
    const { bare, at } = await chainBeforeSwitch()
    while (bare.chain.head!.height < at) await bare.block([])
    const [early, late] = [name(0), name(rows - 1)]
    expect((await bare.run([write(late, 'yyyyyyy')], signers.slice(0, 1))).code).toBe(0)
    expect((await bare.run([write(early, 'yyyyyyy'), write('new', 'yyyyyyy')], signers.slice(0, 1))).code).toBe(0)
    while (ofVersion(bare, 1) > 0) await bare.block([])
    const view = await bare.chain.view('head')
    expect(await view.get(secondNotes, utf8(late))).toMatchObject({ length: 7 })
    expect(await view.get(secondNotes, utf8(name(600)))).toMatchObject({ length: 1 })
    expect([await count(bare, '1'), await count(bare, '2'), await count(bare, '7')]).toEqual([366n, 366n, 3n])
  })
})
