import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { openGenesis } from '../../api/sandbox/genesis.ts'
import { layoutOf } from '../../api/sandbox/layout.ts'
import { Chain, defineProtocols, Genesis } from '../../src/chain/index.ts'
import { concat, encodeCbor, toCbor } from '../../src/codec/index.ts'
import { FileKeyHolder, sha256 } from '../../src/crypto/index.ts'
import { SigningStateFile } from '../../src/engine/solo/signing-state.ts'
import { openStore, storeFormat } from '../../src/store/index.ts'
import { formatSteps, schemaOf, upgradeFormat } from '../../src/store/schema.ts'
import { Session } from '../../src/store/session.ts'
import { check, type History, makeHistory } from '../fsck/history.ts'
import { testDatabase, withClient } from '../postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonroot-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const histories = new Map<number, History>()
for (let format = 1; format <= storeFormat; format++) histories.set(format, await makeHistory(await testDatabase(), 30))

function historyFor(format: number): History {
  const history = histories.get(format)
  if (history === undefined) throw new TypeError(`there is no history for format ${format}`)
  return history
}

/** Tables whose rows no step may change. */
const kept = ['block', 'record', 'index_entry', 'page', 'blob', 'transaction_id', 'signed_header', 'header_wanted']

/** Turns a chain of today into one that an older program has written: the tables that it had, and the columns that they had. */
async function makeOlder({ database, chain }: History, format: number): Promise<void> {
  const schema = schemaOf(chain)
  const newest = 'newest'
  await withClient(database, (sql) => sql`alter schema ${sql(schema)} rename to ${sql(newest)}`)
  const session = new Session({ url: database, schema, statementTimeout: 10_000 })
  try {
    await upgradeFormat(session, chain, formatSteps.slice(0, format))
  } finally {
    await session.end()
  }
  await withClient(database, async (sql) => {
    const tables = format === 1 ? kept : [...kept, 'before_image']
    for (const table of tables) {
      const rows = await sql<{ column: string }[]>`
        select column_name as column from information_schema.columns
        where table_schema = ${schema} and table_name = ${table} order by ordinal_position`
      const columns = sql(rows.map(({ column }) => column))
      await sql`insert into ${sql(schema)}.${sql(table)} (${columns}) select ${columns} from ${sql(newest)}.${sql(table)}`
    }
    await sql`drop schema ${sql(newest)} cascade`
  })
}

/** A digest of the rows of each table. */
async function contentOf({ database, chain }: History): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {}
  for (const table of kept) {
    const [row] = await withClient(
      database,
      (sql) => sql<{ digest: string | null }[]>`
        select md5(string_agg(line, E'\\n' order by line)) as digest
        from (select each::text as line from ${sql(schemaOf(chain))}.${sql(table)} as each) as lines`,
    )
    digests[table] = row?.digest ?? 'empty'
  }
  return digests
}

async function formatOf({ database, chain }: History): Promise<number | undefined> {
  const [row] = await withClient(
    database,
    (sql) => sql<{ version: number }[]>`select version from ${sql(schemaOf(chain))}.store_format`,
  )
  return row?.version
}

/** One more block, as an engine would bring it. */
async function addBlock({ database, chain: id, genesis }: History): Promise<void> {
  const store = await openStore({ connection: database, chain: id })
  try {
    const chain = await Chain.open({ genesis, store, protocols })
    const { height = 0n, time = 0n } = chain.head ?? {}
    await chain.finalizeBlock({
      height: height + 1n,
      hash: new Uint8Array(32),
      time: { seconds: time / 1000n + 1n, nanos: 0 },
      transactions: [],
      proposer: new Uint8Array(20),
      misbehaviour: [],
      votedLast: [],
    })
    await chain.commit()
  } finally {
    await store.close()
  }
}

describe('a database', () => {
  it.each(formatSteps.map((_, index) => index + 1))(
    'of format %i opens with everything that was in it, is whole, and takes the next block',
    async (format) => {
      const history = historyFor(format)
      const before = await contentOf(history)
      await makeOlder(history, format)
      expect(await formatOf(history)).toBe(format)
      expect(await contentOf(history)).toEqual(before)

      const { findings, checked } = await check(history)
      expect(findings).toEqual([])
      expect(checked).toMatchObject({ blobs: history.certificates.length })
      expect(await formatOf(history)).toBe(storeFormat)
      expect(await contentOf(history)).toEqual(before)
      await addBlock(history)
      expect((await check(history)).findings).toEqual([])
    },
  )

  it('that a newer program has written is refused by its format, and nothing in it changes', async () => {
    const history = historyFor(storeFormat)
    const before = await contentOf(history)
    const set = (version: number) =>
      withClient(
        history.database,
        (sql) => sql`update ${sql(schemaOf(history.chain))}.store_format set version = ${version}`,
      )
    await set(storeFormat + 1)
    await expect(openStore({ connection: history.database, chain: history.chain })).rejects.toMatchObject({
      code: 'store.format-newer',
      details: { found: storeFormat + 1, known: storeFormat },
    })
    expect(await contentOf(history)).toEqual(before)
    await set(storeFormat)
    expect((await check(history)).findings).toEqual([])
  })

  it('whose chain has gone on to a protocol that this program does not know is refused by that', async () => {
    const { database, chain, genesis } = historyFor(storeFormat)
    const others = defineProtocols({
      2: { governance: 1, modules: [], vectors: [...protocols.vectors.values()][0] ?? '' },
    })
    const store = await openStore({ connection: database, chain })
    await expect(Chain.open({ genesis, store, protocols: others })).rejects.toMatchObject({
      code: 'host.unknown-protocol',
    })
    await store.close()
  })
})

describe('a genesis', () => {
  it('of a protocol that this program does not know is refused by that', async () => {
    const { database, genesis } = historyFor(storeFormat)
    const store = await openStore({ connection: database, chain: 'newer-00000001' })
    await expect(Chain.open({ genesis: { ...genesis, protocol: 99 }, store, protocols })).rejects.toMatchObject({
      code: 'chain.vectors-differ',
      details: { protocol: 99 },
    })
    await store.close()
  })

  it('with a field that this program does not know is refused, with the file', async () => {
    const layout = layoutOf(join(folder, 'genesis'))
    const validator = await FileKeyHolder.open(layout.validator, { passphrase: null })
    const newer = toCbor(Genesis, historyFor(storeFormat).genesis)
    if (!(newer instanceof Map)) throw new TypeError('a genesis is a map')
    writeFileSync(layout.genesis, encodeCbor(new Map([...newer, ['shards', 4n]])))
    await expect(openGenesis(layout, validator)).rejects.toMatchObject({
      code: 'cli.data-damaged',
      details: { path: layout.genesis },
    })
    await validator.close()
  })
})

it('a signing state of a format that this program does not know is refused, and stays as it is', async () => {
  const path = join(folder, 'signing-state')
  const content = encodeCbor(new Map([['format', 2n]]))
  writeFileSync(path, concat(content, sha256(content)))
  await expect(new SigningStateFile(path).read()).rejects.toMatchObject({
    code: 'engine.signing-state-damaged',
    details: { file: path, reason: 'it is not of this format' },
  })
})

it('a key of an algorithm that this program does not use is refused by that', async () => {
  const keys = join(folder, 'keys')
  const holder = await FileKeyHolder.open(keys, { passphrase: null })
  const { privateKey } = generateKeyPairSync('ml-dsa-44')
  writeFileSync(join(keys, 'validator.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  await expect(holder.publicKey('validator')).rejects.toMatchObject({ code: 'holder.foreign-key' })
  await holder.close()
})
