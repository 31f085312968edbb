/** Bits flipped at random in the files that a node keeps beside its database: none of them passes for another content. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGenesis } from '../../api/sandbox/genesis.ts'
import { layoutOf } from '../../api/sandbox/layout.ts'
import { chainIdOf, Genesis } from '../../src/chain/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import type { Store } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom, seedVariable } from '../faults/seeded-random.ts'
import { testDatabase } from '../postgres.ts'
import * as archived from './archive/archived-history.ts'
import { check, type History, makeHistory, withStore } from './history.ts'

/** @param flips in each kind of file @param timeout milliseconds */
export async function testNodeFileFlips(flips: number, timeout: number): Promise<void> {
  const seed = chooseSeed()
  const random = new SeededRandom(seed)
  const [first, second, third] = [await testDatabase(), await testDatabase(), await testDatabase()]
  const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-node-files-'))
  afterAll(() => {
    console.log(`${seedVariable}=${seed}`)
    rmSync(folder, { recursive: true, force: true })
  })

  /** Flips a bit of the file for as long as `look` takes, again and again. */
  async function eachFlip(file: string, look: (where: string) => Promise<void>): Promise<void> {
    const sound = readFileSync(file)
    for (let done = 0; done < flips; done++) {
      const place = random.whole(sound.length)
      const bit = random.whole(8)
      writeFileSync(
        file,
        Uint8Array.from(sound, (byte, index) => (index === place ? byte ^ (1 << bit) : byte)),
      )
      await look(`${path.basename(file)}, byte ${place}, bit ${bit}`)
      writeFileSync(file, sound)
    }
  }

  describe('a flipped bit', { timeout }, () => {
    let history: History
    beforeAll(async () => {
      history = await makeHistory(first, 40)
    })

    it(`of the genesis is found, ${flips} times, and the file is named`, async () => {
      const layout = layoutOf(folder)
      const { genesis } = history
      writeFileSync(layout.genesis, encodeAs(Genesis, genesis))
      writeFileSync(layout.genesisView, JSON.stringify({ chain: chainIdOf(genesis) }))
      expect(await readGenesis(layout)).toEqual(genesis)
      const refusals = new Set<string>()
      await eachFlip(layout.genesis, async () => {
        refusals.add(await refusalOf(() => readGenesis(layout)))
      })
      expect([...refusals].filter((refusal) => !/^cli\.data-damaged .*genesis\.cbor/.test(refusal))).toEqual([])
    })

    it(`of a backup is found, ${flips} times, before anything is written`, async () => {
      const file = path.join(folder, 'ledger.backup')
      const { chain } = history
      await withStore(history, ({ tables }) => writeBackup({ tables, chain, file }))
      await withStore({ database: second, chain }, async (open) => {
        const unnoticed: string[] = []
        await eachFlip(file, async (where) => {
          const refusal = await refusalOf(() => restoreBackup({ ...open, chain, file }))
          if (!/^fsck\.(backup-damaged|backup-form|other-chain)/.test(refusal)) unnoticed.push(`${where}: ${refusal}`)
        })
        expect(unnoticed).toEqual([])
        expect(await open.store.head()).toBeUndefined()
      })
    })

    it(`of an archive file is found and named, ${flips} times, never served, and mended`, async () => {
      const old = await archived.makeHistory(third)
      await archived.archiveOldBlocks(old)
      const blocks = await withStore(old, ({ store }) => readBlocks(store))
      const [name = ''] = readdirSync(old.archive)
      const sound = readFileSync(path.join(old.archive, name))
      const complaints: string[] = []
      await eachFlip(path.join(old.archive, name), async (where) => {
        const read = await withStore(old, ({ store }) => readBlocks(store))
        for (const [height, block] of blocks) {
          const found = read.get(height)
          if (found !== block && !found?.startsWith('refused')) complaints.push(`${where}: another block ${height}`)
        }
        const { findings } = await check(old, { repair: true })
        if (!findings.some((finding) => finding.where.includes(name))) complaints.push(`${where}: not named`)
        if (!findings.every(({ repaired }) => repaired)) complaints.push(`${where}: not mended`)
        if (!readFileSync(path.join(old.archive, name)).equals(sound)) complaints.push(`${where}: mended otherwise`)
      })
      expect(complaints).toEqual([])
      expect((await check(old)).findings).toEqual([])
    })
  })
}

/** Each stored block in words that two equal ones share, or why it is refused. */
async function readBlocks(store: Store): Promise<ReadonlyMap<bigint, string>> {
  const blocks = new Map<bigint, string>()
  const { height: head = 0n } = (await store.head()) ?? {}
  for (let height = 0n; height <= head; height++) {
    const text = await textOf(store, height)
    blocks.set(height, text)
  }
  return blocks
}

async function textOf(store: Store, height: bigint): Promise<string> {
  try {
    const { block, results, events, root } = (await store.block(height)) ?? {}
    return [block, results, events, root].map((part) => part?.toHex() ?? 'none').join(' ')
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return `refused with ${error.code}`
  }
}

async function refusalOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'nothing'
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return `${error.code} ${error.message}`
  }
}
