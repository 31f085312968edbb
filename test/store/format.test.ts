import { expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
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
