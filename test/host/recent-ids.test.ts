/** The leaves of recent ids: one a block that carries transactions, dropped when they have run out of time. */
import { describe, expect, it } from 'vitest'
import { maximumValidity } from '../../src/codec/index.ts'
import { testMember } from '../ledger/members.ts'
import { bareChain, bareGenesis, recordKeys } from './bare-chain.ts'
import { plan, probeProtocols } from './probe-module.ts'

const vendor = testMember('vendor', ['vendor'])
const genesis = bareGenesis([vendor])
const start = () => bareChain({ genesis, protocols: probeProtocols() })
type Bare = Awaited<ReturnType<typeof start>>

const leaves = (bare: Bare) => recordKeys(bare, 'kernel', 'recent-transactions').length
const carry = async (bare: Bare, count = 1) => {
  const operations = [['probe', 'one', plan([], 'unchanged')]] as const
  const transactions = Array.from({ length: count }, () => bare.sign(operations, [vendor.signer]))
  return bare.block(await Promise.all(transactions))
}

describe('a block', () => {
  it('that carries transactions adds one leaf, however many they are; an empty one none, and moves no root', async () => {
    const bare = await start()
    await carry(bare, 5)
    expect(leaves(bare)).toBe(1)
    const { root } = bare.chain.head!
    expect((await bare.block([])).root).toEqual(root)
    bare.time += 10n * maximumValidity
    expect((await bare.block([])).root).toEqual(root)
  })

  it('that comes after a long busy time drops what has run out, 64 leaves at a time, and the chain goes on', async () => {
    const bare = await start()
    for (let count = 0; count < 150; count++) await carry(bare)
    expect(leaves(bare)).toBe(150)
    bare.time += 2n * maximumValidity
    for (const left of [87, 24, 3, 4]) {
      expect((await carry(bare)).results[0]!.code).toBe(0)
      expect(leaves(bare)).toBe(left)
    }
  })

  it('keeps the leaf of ids that could still come again', async () => {
    const bare = await start()
    await carry(bare)
    bare.time += 590_000n
    await carry(bare)
    expect(leaves(bare)).toBe(2)
    bare.time += 20_000n
    await carry(bare)
    expect(leaves(bare)).toBe(2)
  })
})
