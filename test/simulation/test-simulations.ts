/** The test of simulated histories, which the short and the long run give different lengths. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Chain, decodeBlock, type RecordedBlock, replayBlocks } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { openStore, Tables } from '../../src/store/index.ts'
import { recordedBlocks } from '../chain/recorded-blocks.ts'
import { testDatabase } from '../postgres.ts'
import { givenSeed, newSeed, seedsOfOldDefects, seedVariable } from './seed.ts'
import { type Simulation, simulate, simulatedProtocols } from './simulate.ts'
import { memoryPlace } from './stage/memory-place.ts'
import { postgresPlace, rowsIn } from './stage/postgres-place.ts'

export type Lengths = {
  /** New seeds, when the environment names none. */
  readonly seeds: number
  readonly blocks: number
  /** Different verdicts that the runs of new seeds meet together, at least: else the world has become dull. */
  readonly verdicts: number
  /** Of the run in a database, and of the one that goes on from a copy of it. */
  readonly databaseBlocks: number
  /** Milliseconds for each test. */
  readonly timeout: number
}

const protocols = simulatedProtocols

export async function testSimulations(lengths: Lengths): Promise<void> {
  const { seeds, blocks, databaseBlocks, timeout } = lengths
  const given = givenSeed()
  const met = new Set<string>()
  const fresh = given === undefined ? Array.from({ length: seeds }, newSeed) : [given]
  const seed = fresh[0] ?? 0
  const databases = [await testDatabase(), await testDatabase()] as const
  const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-simulation-'))
  const archive = path.join(folder, 'archive')
  const place = postgresPlace(databases[0], archive, protocols)
  afterAll(async () => {
    await place.close()
    rmSync(folder, { recursive: true })
  })
  console.log(`seeds ${fresh.join(', ')}; one of them again: ${seedVariable}=${seed}`)

  it.each([...seedsOfOldDefects, ...fresh])(
    'a chain that is not spared does what the model does: seed %i',
    {
      timeout,
    },
    async (one) => {
      const { transactions, roots, verdicts } = await simulate({ seed: one, blocks, place: memoryPlace() })
      console.log(`seed ${one}: ${blocks} blocks, ${transactions} transactions, ${verdicts.size} verdicts`)
      for (const verdict of verdicts.keys()) met.add(verdict)
      expect(roots).toHaveLength(blocks + 1)
      expect(new Set(roots).size).toBeGreaterThan(blocks / 2)
    },
  )

  if (given === undefined) {
    it(`histories of new seeds meet at least ${lengths.verdicts} kinds of verdicts`, () => {
      expect(met.size).toBeGreaterThanOrEqual(lengths.verdicts)
    })
  }

  describe('one history', () => {
    let calm: Simulation
    let kept: Simulation
    let recorded: readonly RecordedBlock[]

    it('gives the same roots without a fault, and in a database with other faults', { timeout }, async () => {
      calm = await simulate({ seed, blocks: databaseBlocks, place: memoryPlace(), isCalm: true, tablesEvery: 100 })
      kept = await simulate({ seed, blocks: databaseBlocks, place, faultSeed: seed + 2, tablesEvery: 10 })
      expect(kept.roots).toEqual(calm.roots)
    })

    it('leaves a database in which fsck finds nothing', { timeout }, async () => {
      expect(await place.check(kept.world.genesis)).toMatchObject({ height: BigInt(databaseBlocks), findings: [] })
    })

    it('gives the same roots when its archived blocks are replayed', { timeout }, async () => {
      await calm.go(databaseBlocks)
      recorded = await recordedBlocks(calm.actor.chain)
      const { genesis } = calm.world
      const chain = await Chain.open({ genesis, store: await memoryPlace().open(genesis), protocols })
      await replayBlocks(chain, genesis, recorded)
      expect(toHex(chain.head?.root ?? new Uint8Array(0))).toBe(calm.roots.at(-1))
    })

    it('goes on with the same roots from a backup of the database', { timeout }, async () => {
      const { genesis } = calm.world
      const { id } = calm.actor.chain
      const file = path.join(folder, 'ledger.backup')
      const source = Tables.open({ connection: databases[0], chain: id, archive })
      await writeBackup({ tables: source, chain: id, file })
      await source.close()
      const store = await openStore({ connection: databases[1], chain: id, archive })
      const tables = Tables.open({ connection: databases[1], chain: id, archive })
      await restoreBackup({ store, tables, chain: id, file })
      await tables.close()
      for (const table of ['records', 'indexes', 'pages'] as const) {
        expect(await rowsIn(databases[1], id, table)).toEqual(await rowsIn(databases[0], id, table))
      }
      const chain = await Chain.open({ genesis, store, protocols })
      const roots = [toHex(chain.head?.root ?? new Uint8Array(0))]
      for (const { block } of recorded.slice(databaseBlocks)) {
        roots.push(toHex((await chain.finalizeBlock(decodeBlock(block))).appHash))
        await chain.commit()
      }
      await store.close()
      expect(roots).toEqual(calm.roots.slice(databaseBlocks))
    })
  })
}
