import { afterAll, expect, it } from 'vitest'
import { fillDatabase, fillFolder, lockDatabase, lockFolder, openDiskScene } from './disks.ts'
import { chooseSeed, SeededRandom, seedVariable } from './seeded-random.ts'
import { survive } from './survival.ts'

const rounds = 12

const disks = await openDiskScene()
afterAll(() => disks.scene.discard())

it(`disks fail ${rounds} times in random order, the server's log among what finds no room, and nothing is lost`, {
  timeout: 600_000,
}, async () => {
  const seed = chooseSeed()
  console.log(`seed ${seed}; the same choices again: ${seedVariable}=${seed}`)
  const { complaints, lost, acknowledged } = await survive(
    disks.scene,
    new SeededRandom(seed),
    async (_scene, book, random) => {
      for (let round = 0; round < rounds; round++) {
        const fault = random.pick([
          () => fillDatabase(disks, book, true),
          () => fillDatabase(disks, book, false),
          () => fillFolder(disks, book),
          () => lockFolder(disks, book),
          () => lockDatabase(disks, book),
        ])
        await fault()
      }
      await fillDatabase(disks, book, true)
    },
  )
  expect(complaints).toEqual([])
  expect(acknowledged).toBeGreaterThan(rounds)
  expect(lost).toBe(0)
})
