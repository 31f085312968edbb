import { describe, expect, it } from 'vitest'
import { quickCheck } from '../../src/fsck/index.ts'
import { type Store, storeError } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { check, makeHistory, withStore } from './history.ts'

const history = await makeHistory(await testDatabase(), 40)
const start = () => withStore(history, ({ store }) => quickCheck(store))

function damage(statement: string): Promise<unknown> {
  return withClient(history.database, (sql) => sql.unsafe(`set search_path to "chain_${history.chain}"; ${statement}`))
}

describe('a start', () => {
  it('is content with a sound store, and with one that holds nothing yet', async () => {
    await start()
    const database = await testDatabase()
    await withStore({ ...history, database }, ({ store }) => quickCheck(store))
  })

  it('refuses pages with another root than the newest block left', async () => {
    await damage(
      "update page set value = set_byte(value, length(value) - 1, 255 - get_byte(value, length(value) - 1)) where key = '\\x01'",
    )
    await expect(start()).rejects.toMatchObject({ code: 'fsck.root-differs' })
    await damage("update page set value = '\\x00' where key = '\\x01'")
    await expect(start()).rejects.toMatchObject({ code: 'fsck.root-differs' })
    await check(history, { repair: true })
    await start()
  })

  it('refuses a newest block that can not be read', async () => {
    const newest = 'where height = (select max(height) from block)'
    await damage(`update block set bytes = set_byte(bytes, 0, 255 - get_byte(bytes, 0)) ${newest}`)
    await expect(start()).rejects.toMatchObject({ code: 'fsck.block-damaged' })
    await damage(`update block set bytes = set_byte(bytes, 0, 255 - get_byte(bytes, 0)) ${newest}`)
    await start()
  })

  it('refuses records that are not those of their leaves', async () => {
    await damage('update record set value = set_bit(value, 30, 1 - get_bit(value, 30))')
    await expect(start()).rejects.toMatchObject({ code: 'fsck.record-differs' })
    await check(history, { repair: true })
    await start()
  })

  it('does not call damaged what it could not read', async () => {
    await withStore(history, async ({ store }) => {
      const away = storeError('unavailable', { reason: 'it was killed' })
      for (let reads = 0; reads < 6; reads++) {
        let left = reads
        const dying: Store = {
          ...store,
          head: () => store.head(),
          block: (height) => store.block(height),
          scan: (from, until, limit) => store.scan(from, until, limit),
          read: (table, keys) => (left-- > 0 ? store.read(table, keys) : Promise.reject(away)),
        }
        await expect(quickCheck(dying)).rejects.toBe(away)
      }
    })
  })
})
