import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { restoreBackup, writeBackup } from '../../../src/fsck/index.ts'
import { testDatabase } from '../../postgres.ts'
import { check, withStore } from '../history.ts'
import { archiveOldBlocks, makeHistory } from './archived-history.ts'

const history = await makeHistory(await testDatabase())
const early = await makeHistory(await testDatabase())
const { files } = await archiveOldBlocks(history)
const { chain } = history
const file = `${history.archive}.backup`
const target = { ...history, database: await testDatabase(), archive: `${history.archive}-restored` }

const restore = () => withStore(target, (open) => restoreBackup({ ...open, chain, file }))

it('a backup names the archive files, and is restored where they are: all of them, or nothing', async () => {
  const written = await withStore(history, ({ tables }) => writeBackup({ tables, chain, file }))
  expect(written.archives).toEqual(files)
  await expect(restore()).rejects.toMatchObject({
    code: 'fsck.archive-incomplete',
    details: { count: 4, first: 'blocks-000000000000-000000000019.archive' },
  })
  cpSync(history.archive, target.archive, { recursive: true })
  const first = path.join(target.archive, 'blocks-000000000020-000000000039.archive')
  rmSync(first)
  await expect(restore()).rejects.toMatchObject({ code: 'fsck.archive-incomplete', details: { count: 1 } })
  expect(await withStore(target, ({ store }) => store.head())).toBeUndefined()
  cpSync(history.archive, target.archive, { recursive: true })
  expect(await restore()).toMatchObject({ archives: files })
  expect(await check(target)).toMatchObject({ findings: [], checked: { archives: 4 } })
})

it('an older backup is restored beside the files of a later day, which the pruner takes over', async () => {
  const earlyFile = `${early.archive}.backup`
  await withStore(early, ({ tables }) => writeBackup({ tables, chain: early.chain, file: earlyFile }))
  const { files: archived } = await archiveOldBlocks(early)
  const restored = { ...early, database: await testDatabase() }
  await withStore(restored, (open) => restoreBackup({ ...open, chain: early.chain, file: earlyFile }))
  expect((await archiveOldBlocks(restored)).files).toEqual(archived)
  expect((await check(restored)).findings).toEqual([])
})
