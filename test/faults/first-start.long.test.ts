/** A chain whose node ends while it starts for the first time: tables, genesis, the signing state's file, the first block. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { chainIdOf } from '../../src/chain/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testMember } from '../ledger/members.ts'
import { withClient } from '../postgres.ts'
import { brokenLinks, doubleVotes, readHistory } from './check-history.ts'
import { FaultOrder, nameOfPoint } from './fault-order.ts'
import { bothMoments } from './fault-work.ts'
import { PostgresServer } from './postgres-server.ts'
import { Publisher } from './publisher.ts'
import { SeededRandom } from './seeded-random.ts'
import { makeSetting, readVotes } from './setting.ts'
import { SupervisedNode } from './supervised-node.ts'
import { fsckComplaints } from './survival.ts'

const idleInterval = 200

const points = [
  // The tables, the genesis, the first blocks.
  ...bothMoments(['transaction.commit'], [1]),
  ...bothMoments(['block.write'], [1, 2]),
  ...bothMoments(['signing-state.prepare', 'signing-state.sign', 'signed-header.put'], [1]),
  ...bothMoments(['file.write', 'file.sync', 'file.rename', 'folder.sync', 'slot.write'], [1]),
]

const vendor = testMember('vendor-a', ['vendor'])
const stranger = testMember('vendor-bb', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const server = await PostgresServer.start()
const order = new FaultOrder()
afterAll(async () => {
  order.discard()
  await server.discard()
})

/** The node's folder without anything but compiled code, which takes longest to make. */
function emptyFolder(): string {
  const folder = join(server.folder, 'node')
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name !== 'compiled') rmSync(join(folder, name))
  return folder
}

async function emptyDatabase(): Promise<URL> {
  await withClient(server.connection, (sql) => sql`drop database if exists first_start with (force)`)
  await withClient(server.connection, (sql) => sql`create database first_start`)
  const url = new URL(server.connection)
  url.pathname = '/first_start'
  return url
}

describe('a first start', { timeout: 60_000 }, () => {
  it.each(points.map((point, index) => ({ point, index, name: nameOfPoint(point) })))(
    'that ends $name is made up for by the next one',
    async ({ point, index }) => {
      const folder = emptyFolder()
      const genesis = makeSetting(folder, [vendor, stranger, regulator])
      const chain = chainIdOf(genesis)
      const url = await emptyDatabase()
      order.give(point)
      const node = new SupervisedNode(folder, url.href, idleInterval, { imports: [order.module] })
      try {
        await expect.poll(() => order.isCarriedOut, { timeout: 20_000 }).toBe(true)
        await expect.poll(() => node.endings.length, { timeout: 20_000 }).toBe(1)
        const random = new SeededRandom(index)
        const publisher = new Publisher({ name: 'P', chain, node, vendor, stranger, regulator, random, book: [] })
        const { bytes } = await publisher.publication()
        expect(await new NodeClient(await node.url()).submit(bytes)).toMatchObject({ number: 0 })
      } finally {
        await node.stop()
      }
      const store = await openStore({ connection: url.href, chain })
      const history = await readHistory(store)
      expect([
        ...brokenLinks(history, genesis, (await store.block(0n))?.root ?? new Uint8Array(0)),
        ...doubleVotes(history, readVotes(folder)),
        ...(await fsckComplaints({ genesis, chain, postgres: { connection: url.href } }, store)),
      ]).toEqual([])
      await store.close()
    },
  )
})
