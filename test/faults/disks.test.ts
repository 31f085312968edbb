import { afterAll, expect, it } from 'vitest'
import { fillDatabase, fillFolder, lockDatabase, lockFolder, openDiskScene } from './disks.ts'
import { chooseSeed, SeededRandom } from './seeded-random.ts'
import { survive } from './survival.ts'

const disks = await openDiskScene()
afterAll(() => disks.scene.discard())

it('disks that are full or read-only lose nothing, are refused with codes, and are got over', {
  timeout: 120_000,
}, async () => {
  const { complaints, lost, acknowledged } = await survive(
    disks.scene,
    new SeededRandom(chooseSeed()),
    async (_scene, book) => {
      await fillDatabase(disks, book, false)
      await fillFolder(disks, book)
      await lockFolder(disks, book)
      await lockDatabase(disks, book)
    },
  )
  expect(complaints).toEqual([])
  expect(acknowledged).toBeGreaterThan(0)
  expect(lost).toBe(0)
})
