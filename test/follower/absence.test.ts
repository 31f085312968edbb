/** A Postgres that goes away takes nothing with it that matters, and the follower goes on when it is back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { certificateProjection, findCertificates } from '../../pki/search/index.ts'
import { Follower } from '../../src/follower/index.ts'
import { PostgresServer } from '../faults/postgres-server.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { driveChain } from '../ledger/driven-chain.ts'
import { testDatabase } from '../postgres.ts'
import { followedRows } from './following.ts'
import { CertificateHistory, members } from './history.ts'

// The chain lies on another server: that one stays.
const driven = await driveChain({ database: await testDatabase(), members })
const random = new SeededRandom(chooseSeed())
const history = new CertificateHistory(driven, random)
const server = await PostgresServer.start()
const start = () =>
  Follower.start({ chain: driven.chain, connection: server.connection, projections: [certificateProjection] })
const follower = start()
afterAll(async () => {
  await follower.stop()
  await driven.close()
  await server.discard()
})
const head = () => driven.chain.head!.height
const search = () => findCertificates(follower, {}, { limit: 100 })

describe('while Postgres is away', { timeout: 60_000 }, () => {
  it('the chain goes on, searches say so, and the lag is seen; once it is back, all of it is followed', async () => {
    await history.blocks(20)
    await follower.followed(head())
    const before = await search()
    await server.kill()
    await history.blocks(20)
    await expect(search()).rejects.toMatchObject({ code: 'store.unavailable', status: 503 })
    await expect.poll(() => follower.status().failure, { timeout: 20_000 }).toMatchObject({ code: 'store.unavailable' })
    expect(follower.status()).toMatchObject({ height: before.height, lagBlocks: 20n, lagMilliseconds: 20_000n })
    await server.startAgain()
    await follower.followed(head())
    expect(follower.status()).toMatchObject({ lagBlocks: 0n, failure: undefined })
    const after = await search()
    expect(after.height).toBe(head())
    expect(after.certificates.slice(0, before.certificates.length)).toEqual(before.certificates)
  })

  it('a node can start, and the follower begins when Postgres comes', async () => {
    const rows = await followedRows(driven.chain.id, server.connection)
    await server.kill()
    const late = start()
    await expect.poll(() => late.status().failure?.code, { timeout: 20_000 }).toBe('store.unavailable')
    expect(late.status()).toMatchObject({ height: undefined, lagBlocks: head() + 1n })
    await server.startAgain()
    await late.followed(head())
    await late.stop()
    expect(await followedRows(driven.chain.id, server.connection)).toEqual(rows)
  })

  it('whenever it is killed, each row is there once', async () => {
    const rows = await followedRows(driven.chain.id, server.connection)
    const slow = Follower.start({
      chain: driven.chain,
      connection: server.connection,
      projections: [certificateProjection],
      blocksAtOnce: 1,
    })
    slow.rebuild()
    for (let left = 4; left > 0; left--) {
      await sleep(random.whole(300))
      await server.kill()
      await server.startAgain()
    }
    await slow.followed(head())
    await slow.stop()
    expect(await followedRows(driven.chain.id, server.connection)).toEqual(rows)
  })

  it('a follower can be stopped at once', async () => {
    await server.kill()
    const waiting = start()
    await expect.poll(() => waiting.status().failure?.code, { timeout: 20_000 }).toBe('store.unavailable')
    const began = performance.now()
    await waiting.stop()
    expect(performance.now() - began).toBeLessThan(3_000)
    await server.startAgain()
  })
})
