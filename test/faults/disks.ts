/** The disks of a node: full to the last byte, freed, read-only and writable again, while certificates are published. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { withClient } from '../postgres.ts'
import { Publisher } from './publisher.ts'
import { openScene, type Scene } from './scene.ts'
import { SeededRandom } from './seeded-random.ts'
import { SmallDisk } from './small-disk.ts'
import { moreAcknowledged, type Submission } from './submissions.ts'

/** Megabytes: a new cluster has 39, and the first files of its log grow. */
const databaseSize = 80
const folderSize = 8

/** Milliseconds within which a disk that takes no more must be felt. */
const patience = 20_000

export type DiskScene = { readonly scene: Scene; readonly database: SmallDisk; readonly folder: SmallDisk }

/** A scene with Postgres' data on one small disk and the node's folder on another. */
export async function openDiskScene(): Promise<DiskScene> {
  const database = new SmallDisk(databaseSize)
  const folder = new SmallDisk(folderSize)
  const elsewhere = mkdtempSync(join(tmpdir(), 'commonroot-test-'))
  // What the test's program writes for the test alone has a disk that works.
  const node = join(folder.folder, 'node')
  mkdirSync(node)
  mkdirSync(join(elsewhere, 'compiled'))
  writeFileSync(join(elsewhere, 'votes'), '')
  for (const name of ['compiled', 'votes']) symlinkSync(join(elsewhere, name), join(node, name))
  const discardDisks = () => {
    database.discard()
    folder.discard()
    rmSync(elsewhere, { recursive: true, force: true })
  }
  try {
    const scene = await openScene({ data: join(database.folder, 'postgres'), folder: node })
    const discard = async () => {
      folder.makeWritable()
      await scene.discard()
      discardDisks()
    }
    return { scene: { ...scene, discard }, database, folder }
  } catch (error) {
    discardDisks()
    throw error
  }
}

/**
 * Postgres' disk is full: the node says so with a code and waits; when there is room again, it goes on by itself.
 * @param withLog the server's log, too, needs a new file meanwhile, which ends the server
 */
export async function fillDatabase(
  { scene, database }: DiskScene,
  book: readonly Submission[],
  withLog: boolean,
): Promise<void> {
  await moreAcknowledged(book)
  const starts = scene.node.readyLines.length
  database.fill()
  if (withLog) await switchLog(scene)
  await refusedWith(scene, 'store.unavailable', () => database.fill())
  await sleep(500)
  database.free()
  if (!scene.postgres.isRunning) await scene.postgres.startAgain()
  await moreAcknowledged(book)
  expect(scene.node.readyLines).toHaveLength(starts)
}

/** The disk of the signing state is full: the file has its two places already, and the node goes on. */
export async function fillFolder({ scene, folder }: DiskScene, book: readonly Submission[]): Promise<void> {
  await moreAcknowledged(book)
  const endings = scene.node.endings.length
  folder.fill()
  for (let more = 0; more < 3; more++) {
    await moreAcknowledged(book)
    folder.fill()
  }
  folder.free()
  expect(scene.node.endings).toHaveLength(endings)
}

/** Nobody can write the signing state: the node ends with one sentence until somebody can, and its next start goes on. */
export async function lockFolder({ scene, folder }: DiskScene, book: readonly Submission[]): Promise<void> {
  await moreAcknowledged(book)
  // Refused as long as the node has a file open for writing.
  await expect.poll(() => succeeds(() => folder.makeReadOnly()), { timeout: patience, interval: 1 }).toBe(true)
  await endsWith(scene, 'its disk is read-only')
  folder.makeWritable()
  await moreAcknowledged(book)
}

/** A machine that came up with its disk read-only: Postgres does not start, and the node waits for it. */
export async function lockDatabase({ scene, database }: DiskScene, book: readonly Submission[]): Promise<void> {
  const { postgres, node } = scene
  await moreAcknowledged(book)
  const starts = node.readyLines.length
  await postgres.kill()
  database.makeReadOnly()
  const starting = postgres.startAgain()
  await refusedWith(scene, 'store.unavailable')
  await sleep(500)
  database.makeWritable()
  await starting
  await moreAcknowledged(book)
  expect(node.readyLines).toHaveLength(starts)
}

/** Forces a new file of the server's log, for which there is no room. The server may end before it answers. */
async function switchLog({ postgres }: Scene): Promise<void> {
  await withClient(postgres.connection, (sql) => sql`select pg_switch_wal()`).catch(() => undefined)
}

/** Until readiness says why, and a submission is refused with that code. */
async function refusedWith(scene: Scene, code: string, again: () => unknown = () => undefined): Promise<void> {
  const url = await scene.node.url()
  await expect
    .poll(
      async () => {
        again()
        return fetch(`${url}/ready`).then((answer) => answer.json())
      },
      { timeout: patience },
    )
    .toMatchObject({ code: 'node.not-ready', reason: expect.stringContaining('the store') })
  const publisher = new Publisher({ ...scene, name: 'Disk', random: new SeededRandom(1), book: [] })
  const { bytes } = await publisher.publication()
  await expect(new NodeClient(url).submit(bytes)).rejects.toMatchObject({ code, status: 503 })
}

function succeeds(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

async function endsWith({ node }: Scene, words: string): Promise<void> {
  const before = node.endings.length
  await expect.poll(() => node.endings.length, { timeout: patience }).toBeGreaterThan(before)
  const failure = node.endings[before]?.failure
  expect(failure).toMatchObject({ code: 'node.disk-failed', message: expect.stringContaining(words) })
}
