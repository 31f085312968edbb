/** The same history gives the same roots: on every machine, in every run, by every later program. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { Chain, chainIdOf, type RecordedBlock, replayBlocks } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { openStore } from '../../src/store/index.ts'
import { recordedBlocks } from '../chain/recorded-blocks.ts'
import { driveChain } from '../ledger/driven-chain.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { recordCouncil } from './council-history.ts'
import { historyMembers, writeHistory } from './history.ts'
import { type Recording, readRecording, recordingText } from './recording.ts'

const folder = join(import.meta.dirname, 'chains')
const database = await testDatabase()

/** Replays a recording in a store of its own and returns the root that it ends with. */
async function replayed({ genesis, blocks }: Recording): Promise<string> {
  const connection = await emptyDatabase()
  const store = await openStore({ connection, chain: chainIdOf(genesis) })
  try {
    const chain = await Chain.open({ genesis, store, protocols })
    await replayBlocks(chain, genesis, blocks)
    return toHex(chain.head!.root)
  } finally {
    await store.close()
  }
}

/** The test's one database, emptied: a chain's tables are a schema of their own. */
async function emptyDatabase(): Promise<string> {
  await withClient(database, async (sql) => {
    const schemas = await sql<{ name: string }[]>`
      select nspname as name from pg_namespace where nspname not like 'pg_%' and nspname not in ('public', 'information_schema')`
    for (const { name } of schemas) await sql`drop schema ${sql(name)} cascade`
  })
  return database
}

async function record(): Promise<Recording> {
  const driven = await driveChain({ database: await emptyDatabase(), members: historyMembers })
  await writeHistory(driven)
  const recording = { genesis: driven.genesis, blocks: await recordedBlocks(driven.chain) }
  await driven.close()
  return recording
}

describe('a recorded chain', async () => {
  // A new format is recorded by `RECORD_CHAIN=name npm test test/replay` (`RECORD_COUNCIL` for members that vote), and
  // committed with a line of why.
  const name = process.env.RECORD_CHAIN
  if (name !== undefined) await writeFile(join(folder, `${name}.json`), recordingText(await record()))
  const council = process.env.RECORD_COUNCIL
  if (council !== undefined) await writeFile(join(folder, `${council}.json`), recordingText(await recordCouncil()))
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))

  it('is there', () => expect(files.length).toBeGreaterThan(0))
  it.each(files)('%s replays to its recorded roots', async (file) => {
    const recording = await readRecording(join(folder, file))
    expect(await replayed(recording)).toBe(toHex(recording.blocks.at(-1)!.root))
  })
})

describe('a fresh history', () => {
  it('replays to the same roots, twice', async () => {
    const recording = await record()
    const last = toHex(recording.blocks.at(-1)!.root)
    expect(await replayed(recording)).toBe(last)
    expect(await replayed(recording)).toBe(last)
  })

  it('of members that vote and validators that change, does too', async () => {
    const recording = await recordCouncil()
    expect(await replayed(recording)).toBe(toHex(recording.blocks.at(-1)!.root))
  })

  it('is told apart from one in which a block was changed', async () => {
    const recording = await record()
    const blocks: RecordedBlock[] = [...recording.blocks]
    blocks[2] = { ...recording.blocks[2]!, results: recording.blocks[1]!.results }
    await expect(replayed({ genesis: recording.genesis, blocks })).rejects.toMatchObject({
      code: 'chain.replay-differs',
    })
  })
})
