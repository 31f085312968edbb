import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openStore, pruneBlocks } from '../../src/store/index.ts'
import { formatSteps, schemaOf, upgradeFormat } from '../../src/store/schema.ts'
import { Session } from '../../src/store/session.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt, chain } from './blocks.ts'

const connection = await testDatabase()

it('an older data format is brought up step by step, all or nothing, and keeps its data', async () => {
  const store = await openStore({ connection, chain })
  await store.write(blockAt(1n))
  await store.close()

  const session = new Session({ url: connection, schema: schemaOf(chain), statementTimeout: 5_000 })
  const added = 'alter table block add column note integer; update block set note = 5'
  try {
    const failing = upgradeFormat(session, chain, [...formatSteps, added, 'select no_such_column'])
    await expect(failing).rejects.toMatchObject({ code: 'store.refused' })
    expect(await formatAndColumns()).toEqual({ version: formatSteps.length, columns: 6 })

    await upgradeFormat(session, chain, [...formatSteps, added, 'update block set note = note + 1'])
    expect(await formatAndColumns()).toEqual({ version: formatSteps.length + 2, columns: 7 })
    const rows = await withClient(connection, (sql) => sql`select height, note from ${sql(schemaOf(chain))}.block`)
    expect([...rows]).toEqual([{ height: '1', note: 6 }])
  } finally {
    await session.end()
  }
})

it('a database of format 2 keeps its blocks where they are, and they can be archived from then on', async () => {
  const older = 'older-0123abcd'
  const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-format-'))
  const first = await openStore({ connection, chain: older, archive: folder })
  for (let height = 1n; height <= 40n; height++) await first.write(blockAt(height))
  await first.close()
  const name = schemaOf(older)
  await withClient(connection, async (sql) => {
    await sql`drop table ${sql(name)}.block_archive, ${sql(name)}.snapshot_base, ${sql(name)}.snapshot_blob`
    await sql`update ${sql(name)}.store_format set version = 2`
  })
  const store = await openStore({ connection, chain: older, archive: folder })
  try {
    const before = await store.block(3n)
    const options = { connection, chain: older, folder, keep: 32n, partial: true, complaint: () => undefined }
    expect((await pruneBlocks(options)).blocks).toBe(8)
    expect(await store.block(3n)).toEqual(before)
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
})

it('a chain id that is none is a mistake of the caller', () => {
  for (const chainId of ['', 'A', 'a"b', 'a.b', 'x'.repeat(51)]) expect(() => schemaOf(chainId)).toThrow(TypeError)
})

async function formatAndColumns(): Promise<unknown> {
  const schema = schemaOf(chain)
  const [row] = await withClient(
    connection,
    (sql) => sql`
      select (select version from ${sql(schema)}.store_format) as version, count(*)::integer as columns
      from information_schema.columns where table_schema = ${schema} and table_name = 'block'`,
  )
  return row
}
