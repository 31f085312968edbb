import { afterAll, describe, expect, it } from 'vitest'
import { protocols as shipped } from '../../api/protocols.ts'
import { pkiModule } from '../../pki/contract/index.ts'
import { Chain, defineProtocols, replayBlocks } from '../../src/chain/index.ts'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { governanceError } from '../../src/governance/index.ts'
import { openStore } from '../../src/store/index.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'
import { firstNotes, notesVersion1, notesVersion2, secondNotes } from './notes-module.ts'
import { recordedBlocks } from './recorded-blocks.ts'

const vectors = shipped.vectors.get(1) ?? ''
const protocols = defineProtocols({
  1: { governance: 1, modules: [pkiModule, notesVersion1], vectors },
  2: { governance: 1, modules: [pkiModule, notesVersion2], vectors },
})
const members = ['operator-a', 'operator-bb', 'regulator'].map((id) => testMember(id, ['operator']))
const signers = members.map(({ signer }) => signer)
const ledger = await startTestLedger({ database: await testDatabase(), members, protocols })
afterAll(() => ledger.stop())

const write = (id: string, text: string) => ledger.submit([['notes', 'write', { id, text }]], signers.slice(0, 1))
const switchTo = (version: number, height: bigint) =>
  ledger.submit([['governance', 'switch-protocol', { version, height }]], signers)

describe('a chain that switches from protocol 1 to 2', () => {
  it('stores by version 1 before', async () => {
    expect((await write('first', 'hello')).result.code).toBe(0)
    const view = await ledger.chain.view('head')
    expect(await view.get(firstNotes, utf8('first'))).toEqual({ id: 'first', text: 'hello' })
    await view.close()
  })

  it('refuses a version that it does not know, one out of turn, and a height too near', async () => {
    const far = (ledger.chain.head?.height ?? 0n) + 1000n
    expect((await switchTo(3, far)).result.code).toBe(governanceError.numberOf('unknown-protocol'))
    expect((await switchTo(1, far)).result.code).toBe(governanceError.numberOf('unknown-protocol'))
    expect((await switchTo(2, 1n)).result.code).toBe(governanceError.numberOf('height-too-near'))
  })

  it('switches at the height, announces it in the header, and migrates old rows', async () => {
    const height = (ledger.chain.head?.height ?? 0n) + 6n
    expect((await switchTo(2, height)).result.code).toBe(0)
    await expect.poll(() => ledger.chain.head?.height ?? 0n, { timeout: 15_000 }).toBeGreaterThan(height)

    const [before, at] = [await ledger.node.signedHeader(height - 1n), await ledger.node.signedHeader(height)]
    expect(before?.header.version.app).toBe(1n)
    expect(at?.header.version.app).toBe(2n)

    const view = await ledger.chain.view('head')
    expect(await view.get(secondNotes, utf8('first'))).toEqual({ id: 'first', text: 'hello', length: 5 })
    expect(await view.count(secondNotes, 'length', utf8('5'))).toBe(1n)
    await view.close()
  })

  it('stores by version 2 after', async () => {
    expect((await write('second', 'worlds')).result.code).toBe(0)
    const view = await ledger.chain.view('head')
    expect(await view.get(secondNotes, utf8('second'))).toMatchObject({ length: 6 })
    await view.close()
  })

  it('replays on a fresh store to the same root at every height, the switch included', async () => {
    const blocks = await recordedBlocks(ledger.chain)
    const store = await openStore({ connection: await testDatabase(), chain: ledger.chain.id })
    const replayed = await Chain.open({ genesis: ledger.genesis, store, protocols })
    await replayBlocks(replayed, ledger.genesis, blocks)
    expect(toHex(replayed.head!.root)).toBe(toHex(blocks.at(-1)!.root))
    await store.close()
  })
})
