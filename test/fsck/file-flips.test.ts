import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CommonrootError } from '../../src/errors/index.ts'
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { withClient } from '../postgres.ts'
import { check, makeHistory } from './history.ts'

const flips = 10

const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-files-'))
afterAll(async () => {
  await discardEmbeddedPostgres({ folder })
  rmSync(folder, { recursive: true, force: true })
})

type Server = { readonly connection: string; readonly folder: string }

async function withServer<Result>(work: (server: Server) => Promise<Result>): Promise<Result> {
  const server = await startEmbeddedPostgres({ folder })
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

/** The files of all tables of the chain and of their long values; indexes are not all read. */
async function filesOf({ connection, folder: place }: Server, chain: string): Promise<readonly string[]> {
  const rows = await withClient(
    connection,
    (sql) => sql<{ file: string }[]>`
      with own as (select oid, reltoastrelid from pg_class
        where relkind = 'r' and relnamespace = ${`"chain_${chain}"`}::regnamespace)
      select pg_relation_filepath(oid) as file from own where pg_relation_size(oid) > 0
      union select pg_relation_filepath(reltoastrelid) from own
      where reltoastrelid <> 0 and pg_relation_size(reltoastrelid) > 0`,
  )
  return rows.map(({ file }) => path.join(place, 'data', file))
}

/** What is found: nothing, findings, or that the database can't read what it has written. */
async function outcome(history: Awaited<ReturnType<typeof makeHistory>>): Promise<string> {
  try {
    return (await check(history)).count === 0 ? 'silent' : 'found'
  } catch (error) {
    if (error instanceof CommonrootError && error.code === 'store.refused') return 'refused'
    throw error
  }
}

it(`a bit that is flipped in a data file, ${flips} times, is found by Postgres or by fsck`, {
  timeout: 120_000,
}, async () => {
  const random = new SeededRandom(chooseSeed())
  const { history, files } = await withServer(async (server) => {
    const made = await makeHistory(server.connection, 40)
    return { history: made, files: await filesOf(server, made.chain) }
  })
  expect(files.length).toBeGreaterThan(6)
  const outcomes: string[] = []
  for (let done = 0; done < flips; done++) {
    const file = files[random.whole(files.length)]!
    const sound = readFileSync(file)
    const damaged = Uint8Array.from(sound)
    damaged[random.whole(damaged.length)]! ^= 1 << random.whole(8)
    writeFileSync(file, damaged)
    outcomes.push(await withServer(({ connection }) => outcome({ ...history, database: connection })))
    writeFileSync(file, sound)
  }
  expect(await withServer(({ connection }) => outcome({ ...history, database: connection }))).toBe('silent')
  expect(outcomes).not.toContain('silent')
})
