import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { Tables } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { check, makeHistory, withStore } from './history.ts'

const history = await makeHistory(await testDatabase(), 60)
const { chain } = history
const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-backup-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 'ledger.backup')
const { height } = await withStore(history, ({ tables }) => writeBackup({ tables, chain, file }))

const restoreInto = (database: string, from: string, id = chain) =>
  withStore({ database, chain: id }, ({ store, tables }) => restoreBackup({ store, tables, chain: id, file: from }))

async function rowsIn(database: string): Promise<number> {
  const [row] = await withClient(
    database,
    (sql) => sql<{ count: number }[]>`select count(*)::int as count from ${sql(`chain_${chain}`)}.record`,
  )
  return row?.count ?? -1
}

describe('a backup', () => {
  it('restores a chain in which fsck finds nothing, with the same head', async () => {
    const database = await testDatabase()
    const restored = await restoreInto(database, file)
    expect(restored).toMatchObject({ chain, height })
    const report = await check({ ...history, database })
    expect(report).toMatchObject({ height, findings: [] })
    const again = path.join(folder, 'again.backup')
    await withStore({ database, chain }, ({ tables }) => writeBackup({ tables, chain, file: again }))
    expect(readFileSync(again).equals(readFileSync(file))).toBe(true)
  })

  it('is taken from one moment, while others write', async () => {
    const tables = Tables.open({ connection: history.database, chain })
    const during = path.join(folder, 'during.backup')
    let written = false
    await writeBackup({
      tables,
      chain,
      file: during,
      onProgress: () => {
        if (written) return
        written = true
        void withClient(history.database, (sql) => sql`insert into ${sql(`chain_${chain}`)}.header_wanted values (77)`)
      },
    })
    await tables.close()
    await withClient(
      history.database,
      (sql) => sql`delete from ${sql(`chain_${chain}`)}.header_wanted where height = 77`,
    )
    expect(readFileSync(during).equals(readFileSync(file))).toBe(true)
  })

  it('is there whole or not at all', async () => {
    const stop = AbortSignal.abort(new Error('stopped'))
    const partial = path.join(folder, 'partial.backup')
    await expect(
      withStore(history, ({ tables }) => writeBackup({ tables, chain, file: partial, signal: stop })),
    ).rejects.toThrow('stopped')
    expect(existsSync(partial)).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('of a store without blocks is refused', async () => {
    const database = await testDatabase()
    const taken = withStore({ database, chain }, ({ tables }) =>
      writeBackup({ tables, chain, file: path.join(folder, 'nothing') }),
    )
    await expect(taken).rejects.toMatchObject({ code: 'fsck.nothing-stored' })
  })
})

describe('a restoration', () => {
  it('refuses a store that holds blocks', async () => {
    await expect(restoreInto(history.database, file)).rejects.toMatchObject({ code: 'fsck.not-empty' })
  })

  it('refuses the backup of another chain', async () => {
    const restored = restoreInto(await testDatabase(), file, 'other-01234567')
    await expect(restored).rejects.toMatchObject({ code: 'fsck.other-chain' })
  })

  const whole = readFileSync(file)
  const places = [
    20,
    30,
    60,
    Math.floor(whole.length / 3),
    Math.floor(whole.length / 2),
    whole.length - 40,
    whole.length - 1,
  ]

  it.each(places)('refuses a backup with a flipped bit at byte %i, and writes nothing', async (place) => {
    const damaged = path.join(folder, `damaged-${place}`)
    const bytes = new Uint8Array(whole)
    bytes[place]! ^= 4
    writeFileSync(damaged, bytes)
    const database = await testDatabase()
    await expect(restoreInto(database, damaged)).rejects.toMatchObject({
      code: expect.stringMatching(/^fsck\.(backup-damaged|backup-form|other-chain)$/),
    })
    expect(await rowsIn(database)).toBe(0)
  })

  it.each([0, 5, 18, 21, 40, whole.length - 33, whole.length - 1])(
    'refuses one that is cut after %i bytes',
    async (size) => {
      const cut = path.join(folder, `cut-${size}`)
      copyFileSync(file, cut)
      truncateSync(cut, size)
      await expect(restoreInto(await testDatabase(), cut)).rejects.toMatchObject({ code: 'fsck.backup-form' })
    },
  )

  it('refuses bytes behind the checksum', async () => {
    const longer = path.join(folder, 'longer')
    writeFileSync(longer, Buffer.concat([whole, Buffer.of(0)]))
    await expect(restoreInto(await testDatabase(), longer)).rejects.toMatchObject({ code: 'fsck.backup-form' })
  })
})
