/** What the follower keeps is at any time what the blocks up to its height give, whatever has happened to its tables. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { certificateProjection, findCertificates } from '../../pki/search/index.ts'
import {
  defineProjection,
  defineTable,
  type FollowedChain,
  Follower,
  type Projection,
} from '../../src/follower/index.ts'
import { followerError, followerSchemaOf, statement } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { driveChain } from '../ledger/driven-chain.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { followedRows } from './following.ts'
import { CertificateHistory, members } from './history.ts'

const database = await testDatabase()
const driven = await driveChain({ database, members })
const { chain } = driven
const schema = followerSchemaOf(chain.id)
const history = new CertificateHistory(driven, new SeededRandom(chooseSeed()))
await history.blocks(20)
const head = () => chain.head!.height

/** A second projection: a row for each block that has an event. */
const blocks = defineTable({ name: 'blocks_block', columns: { time: 'bigint', events: 'integer' }, indexes: {} })
const blocksProjection = (version = 1): Projection =>
  defineProjection({
    name: 'blocks',
    version,
    summary: 'Blocks with events.',
    tables: [blocks],
    views: {},
    *rows(block) {
      const [first] = block.events()
      if (first !== undefined) yield blocks.row(first.place, { time: block.time, events: block.events().length })
    },
  })
const both = [certificateProjection, blocksProjection()]

const running = new Set<Follower>()
function begin(projections: readonly Projection[] = both, followed: FollowedChain = chain): Follower {
  const follower = Follower.start({ chain: followed, connection: database, projections, blocksAtOnce: 16 })
  running.add(follower)
  return follower
}
async function end(follower: Follower): Promise<void> {
  running.delete(follower)
  await follower.stop()
}
afterEach(async () => {
  for (const follower of running) await end(follower)
})
afterAll(() => driven.close())

const rows = () => followedRows(chain.id, database)
const ask = (text: string) => withClient(database, (sql) => sql.unsafe(text.replaceAll('SCHEMA', `"${schema}"`)))

/** The tables as they are built at once from the first block. */
async function rebuilt(projections: readonly Projection[] = both): Promise<readonly string[]> {
  await ask('drop schema if exists SCHEMA cascade')
  const follower = begin(projections)
  await follower.followed(head())
  await end(follower)
  return rows()
}

describe('a follower', () => {
  it('adds to its tables what new blocks bring, also after it was away', async () => {
    const first = begin()
    await first.followed(head())
    await history.blocks(5)
    await first.followed(head())
    await end(first)
    await history.blocks(5)
    const second = begin()
    await second.followed(head())
    await end(second)
    const found = await rows()
    expect(found.length).toBeGreaterThan(20)
    expect(found).toEqual(await rebuilt())
  })

  it('builds the same rows again when it is told to', async () => {
    const follower = begin()
    await follower.followed(head())
    const before = await rows()
    await ask('update SCHEMA.pki_certificate set model = upper(model)')
    follower.rebuild()
    await expect.poll(rows).toEqual(before)
  })

  it('builds a projection anew when its version has changed, and leaves the others alone', async () => {
    const before = await rebuilt()
    await ask(`update SCHEMA.pki_certificate set model = 'kept'`)
    await ask('update SCHEMA.blocks_block set events = 0')
    const follower = begin([certificateProjection, blocksProjection(2)])
    await follower.followed(head())
    const after = await rows()
    const blocksOf = (all: readonly string[]) => all.filter((row) => row.startsWith('blocks_'))
    expect(blocksOf(after)).toEqual(blocksOf(before))
    expect(after.filter((row) => row.startsWith('pki_certificate')).every((row) => row.includes('kept'))).toBe(true)
    expect(follower.status().projections.map(({ version }) => version)).toEqual([1, 2])
  })

  it.each([
    'drop table SCHEMA.pki_change cascade',
    'drop index SCHEMA.pki_certificate_model_index',
    'drop view SCHEMA.pki_certificate_document',
    'alter table SCHEMA.pki_certificate drop column batch cascade',
    'alter table SCHEMA.pki_change add column more text',
    'truncate SCHEMA.pki_certificate',
    'truncate SCHEMA.pki_change',
    'delete from SCHEMA.projection',
    'drop table SCHEMA.projection',
    'alter table SCHEMA.projection drop column root',
    'update SCHEMA.projection set height = height - 1',
    `update SCHEMA.projection set root = '\\x00'`,
    'update SCHEMA.projection set height = height + 1000',
    'drop schema SCHEMA cascade',
  ])('mends itself when it starts after: %s', async (damage) => {
    const before = await rebuilt()
    await ask(damage)
    const follower = begin()
    await follower.followed(head())
    expect(await rows()).toEqual(before)
  })

  it('mends itself while it runs, when the next rows find no table', async () => {
    const follower = begin()
    await follower.followed(head())
    await ask('drop table SCHEMA.blocks_block')
    await ask('drop table SCHEMA.pki_certificate cascade')
    await history.blocks(20)
    await follower.followed(head())
    const found = await rows()
    await end(follower)
    expect(found).toEqual(await rebuilt())
  })

  it('begins at the first block that is kept, and begins again when blocks are pruned that it has not seen', async () => {
    await ask('drop schema if exists SCHEMA cascade')
    let kept = 7n
    const pruned: FollowedChain = {
      id: chain.id,
      get head() {
        return chain.head
      },
      store: { block: async (height) => (height < kept ? undefined : chain.store.block(height)) },
      onCommit: (listener) => chain.onCommit(listener),
    }
    const first = begin(both, pruned)
    await first.followed(head())
    expect(first.status().projections.map((each) => each.first)).toEqual([7n, 7n])
    expect(await findCertificates(first, {}, { limit: 1 })).toMatchObject({ first: 7n, height: head() })
    await end(first)
    const gap = head()
    await history.blocks(6)
    kept = gap + 3n
    const second = begin(both, pruned)
    await second.followed(head())
    expect(second.status().projections.map((each) => each.first)).toEqual([kept, kept])
  })
})

describe('what is known of a follower', () => {
  it('is how far it lags, in blocks and in block time', async () => {
    await rebuilt()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const start = head()
    const slow: FollowedChain = {
      id: chain.id,
      get head() {
        return chain.head
      },
      store: {
        block: async (height) => {
          if (height > start) await gate
          return chain.store.block(height)
        },
      },
      onCommit: (listener) => chain.onCommit(listener),
    }
    const follower = begin(both, slow)
    await follower.followed(start)
    expect(follower.status()).toMatchObject({ height: start, lagBlocks: 0n, lagMilliseconds: 0n, failure: undefined })
    await history.blocks(3)
    expect(follower.status()).toMatchObject({ height: start, lagBlocks: 3n, lagMilliseconds: 3000n })
    open()
    await follower.followed(head())
    expect(follower.status()).toMatchObject({ height: head(), lagBlocks: 0n, lagMilliseconds: 0n })
  })

  it('is why it does not get on, and it gets on by itself', async () => {
    await rebuilt()
    await history.blocks(2)
    let isDamaged = true
    const damaged: FollowedChain = {
      id: chain.id,
      get head() {
        return chain.head
      },
      store: {
        block: async (height) => {
          const stored = await chain.store.block(height)
          return stored !== undefined && isDamaged && height === head()
            ? { ...stored, events: Uint8Array.of(0xff) }
            : stored
        },
      },
      onCommit: (listener) => chain.onCommit(listener),
    }
    const follower = begin(both, damaged)
    await expect.poll(() => follower.status().failure).toMatchObject({ code: 'follower.block-unreadable' })
    await expect.poll(() => follower.status().failure?.attempts).toBeGreaterThan(1)
    isDamaged = false
    await follower.followed(head())
    expect(follower.status().failure).toBeUndefined()
  })

  it('is that a block is missing above which there is none', async () => {
    await rebuilt()
    await history.block()
    const lost: FollowedChain = {
      id: chain.id,
      head: chain.head,
      store: { block: async (height) => (height === head() ? undefined : chain.store.block(height)) },
      onCommit: () => () => undefined,
    }
    const follower = begin(both, lost)
    await expect.poll(() => follower.status().failure?.code).toBe('follower.block-missing')
  })
})

describe('a search', () => {
  it('is refused while there are no tables', async () => {
    await ask('drop schema if exists SCHEMA cascade')
    const idle = begin(both, { ...idleChain(), head: undefined })
    await expect(findCertificates(idle, {}, { limit: 1 })).rejects.toMatchObject({ code: 'follower.not-ready' })
  })

  it('is given up when it takes too long', { timeout: 20_000 }, async () => {
    await rebuilt()
    const follower = begin()
    await follower.followed(head())
    await expect(
      follower.search(certificateProjection, statement`select place, pg_sleep(${10}) from pki_certificate`),
    ).rejects.toMatchObject({ code: 'follower.search-timeout', number: followerError.numberOf('search-timeout') })
  })

  it('that meets a damaged page has the projection built again', async () => {
    const before = await rebuilt()
    const follower = begin()
    await follower.followed(head())
    await ask(`create function SCHEMA.damaged() returns bigint language plpgsql as
      $$ begin raise exception 'invalid page' using errcode = 'XX001'; end $$`)
    await ask('update SCHEMA.pki_certificate set model = upper(model)')
    await expect(follower.search(certificateProjection, statement`select damaged() as place`)).rejects.toMatchObject({
      code: 'store.refused',
    })
    await expect.poll(rows).toEqual(before)
  })

  it('takes values as values, whatever they hold', async () => {
    await rebuilt()
    const follower = begin()
    await follower.followed(head())
    const before = await rows()
    for (const model of [`' or true --`, `'; drop schema "${schema}" cascade; --`, '$1', '\\', '%']) {
      expect((await findCertificates(follower, { model }, { limit: 5 })).certificates).toEqual([])
    }
    expect(await rows()).toEqual(before)
  })
})

describe('a declaration', () => {
  it.each([
    { name: 'Blocks' },
    { name: 'a_b' },
    { tables: [{ ...blocks, name: 'other_block' }] },
    { tables: [{ ...blocks, name: 'blocks_a"b' }] },
    { tables: [{ ...blocks, columns: { 'a b': 'text' as const } }] },
    { views: { blocks: 'select 1' } },
  ])('is refused when a name is no plain word of its projection: %j', async (change) => {
    const follower = begin([{ ...blocksProjection(), ...change }])
    await expect.poll(() => follower.status().failure?.message).toContain('TypeError')
  })
})

function idleChain(): FollowedChain {
  return { id: chain.id, head: chain.head, store: chain.store, onCommit: () => () => undefined }
}
