/** Bits flipped at random in the files of Postgres, one after another: each is found and named, none is served, a backup mends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CommonrootError } from '../../src/errors/index.ts'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { check, type History, makeHistory, withStore } from './history.ts'
import { falseProofs, type Truth, truthOf } from './served.ts'

/** How Postgres names a page of a file whose checksum does not fit, or whose head does not. */
const namedPage = /invalid page in block \d+ of relation "?base\/\d+\/\d+/

type Server = { readonly connection: string; readonly folder: string }

/** `silent` is right for indexes alone: a search that does not meet the damaged page has no need of it. */
type Outcome = 'silent' | 'found' | 'refused'

/** @param timeout milliseconds */
export function testDatabaseFileFlips(flips: number, timeout: number): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-files-'))
  const backup = path.join(folder, 'ledger.backup')
  afterAll(async () => {
    await discardEmbeddedPostgres({ folder })
    rmSync(folder, { recursive: true, force: true })
  })

  async function withServer<Result>(work: (server: Server) => Promise<Result>): Promise<Result> {
    const server = await startEmbeddedPostgres({ folder })
    try {
      return await work(server)
    } finally {
      await server.stop()
    }
  }

  it(`a bit that is flipped in a file of Postgres, ${flips} times, is found and never served`, {
    timeout,
  }, async () => {
    const random = new SeededRandom(chooseSeed())
    const { history, truth, tables, indexes } = await withServer(async (server) => {
      const made = await makeHistory(server.connection, 40)
      await withStore(made, (open) => writeBackup({ tables: open.tables, chain: made.chain, file: backup }))
      const sound = await withStore(made, ({ store }) => truthOf(store, made.certificates))
      return { history: made, truth: sound, ...(await filesOf(server, made.chain)) }
    })
    expect(tables.length).toBeGreaterThan(6)
    expect(indexes.length).toBeGreaterThan(6)
    const complaints: string[] = []
    for (let done = 0; done < flips; done++) {
      const isIndex = random.chance(0.25)
      const files = isIndex ? indexes : tables
      const file = files[random.whole(files.length)] ?? ''
      const sound = readFileSync(file)
      const damaged = Uint8Array.from(sound)
      damaged[random.whole(damaged.length)]! ^= 1 << random.whole(8)
      writeFileSync(file, damaged)
      const { outcome, served, message } = await withServer(({ connection }) =>
        outcomeOf({ ...history, database: connection }, truth),
      )
      writeFileSync(file, sound)
      if (served.length > 0) complaints.push(`${file}: a false proof of ${served.join(', ')}`)
      if (outcome === 'silent' && !isIndex) complaints.push(`${file}: not found`)
      if (outcome === 'refused' && !namedPage.test(message)) complaints.push(`${file}: not named in ${message}`)
    }
    expect(complaints).toEqual([])
    expect(await withServer(({ connection }) => outcomeOf({ ...history, database: connection }, truth))).toMatchObject({
      outcome: 'silent',
    })
    const other = { ...history, database: await testDatabase() }
    await withStore(other, (open) => restoreBackup({ ...open, chain: history.chain, file: backup }))
    expect((await check(other)).findings).toEqual([])
    expect(await withStore(other, ({ store }) => truthOf(store, history.certificates))).toEqual(truth)
  })
}

/** The files of all tables of the chain with their long values, and those of their indexes. */
async function filesOf({ connection, folder }: Server, chain: string) {
  const rows = await withClient(
    connection,
    (sql) => sql<{ file: string; kind: string }[]>`
      with own as (select oid, reltoastrelid from pg_class
        where relkind = 'r' and relnamespace = ${`"chain_${chain}"`}::regnamespace),
      kept as (select oid from own union select reltoastrelid from own where reltoastrelid <> 0)
      select pg_relation_filepath(oid) as file, 'table' as kind from kept where pg_relation_size(oid) > 0
      union select pg_relation_filepath(indexrelid), 'index' from pg_index
      where indrelid in (select oid from kept) and pg_relation_size(indexrelid) > 0`,
  )
  const of = (wanted: string) =>
    rows.filter(({ kind }) => kind === wanted).map(({ file }) => path.join(folder, 'data', file))
  return { tables: of('table'), indexes: of('index') }
}

async function outcomeOf(
  history: History,
  truth: Truth,
): Promise<{ readonly outcome: Outcome; readonly served: readonly string[]; readonly message: string }> {
  let served: readonly string[] = []
  try {
    served = await withStore(history, ({ store }) => falseProofs(store, truth))
    const { count } = await check(history)
    return { outcome: count === 0 ? 'silent' : 'found', served, message: '' }
  } catch (error) {
    if (!(error instanceof CommonrootError && error.code === 'store.refused')) throw error
    return { outcome: 'refused', served, message: `${error.message} ${String(error.cause)}` }
  }
}
