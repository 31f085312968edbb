import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { maximumValidity, utf8 } from '../../../src/codec/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { testDatabase, withClient } from '../../postgres.ts'
import { sha256 } from '../blocks.ts'
import {
  blobOf,
  discard,
  newPlace,
  open,
  type Place,
  prune,
  readAll,
  timeOf,
  transactionOf,
  writeBlocks,
} from './chain.ts'

const connection = await testDatabase()
const places: Place[] = []
afterAll(() => {
  for (const place of places) discard(place)
})

function place(): Place {
  const made = newPlace(connection)
  places.push(made)
  return made
}

async function heightsInDatabase({ chain }: Place): Promise<unknown> {
  const [row] = await withClient(
    connection,
    (sql) => sql`
      select min(height)::integer as first, max(height)::integer as last, count(*)::integer as rows
      from ${sql(`chain_${chain}`)}.block`,
  )
  return row
}

describe('archived blocks', () => {
  it('are read with their blobs and signed headers as before, and are in the database no more', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 100n)
    const before = await readAll(store, 0n, 101n)
    const report = await prune(chain)
    expect(report).toMatchObject({ blocks: 68, files: [{ first: 1n, last: 68n, time: timeOf(68n) }] })
    expect(readdirSync(chain.folder)).toEqual(['blocks-000000000001-000000000068.archive'])
    expect(await heightsInDatabase(chain)).toEqual({ first: 69, last: 100, rows: 32 })
    expect(await readAll(store, 0n, 101n)).toEqual(before)
    await store.close()
    const another = await open(chain)
    expect(await readAll(another, 0n, 101n)).toEqual(before)
    await another.close()
  })

  it('are followed by the next ones in further files, also while blocks are written', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 0n, 60n)
    await prune(chain)
    const [report] = await Promise.all([
      prune(chain, { fileHeights: 10, partial: false, pause: 1 }),
      writeBlocks(store, 61n, 80n),
    ])
    expect(report.files.every(({ first, last }) => last - first === 9n)).toBe(true)
    await prune(chain, { fileHeights: 10, partial: false })
    expect(readdirSync(chain.folder)).toHaveLength(3)
    expect(await heightsInDatabase(chain)).toEqual({ first: 49, last: 80, rows: 32 })
    const lost = (await readAll(store, 0n, 80n)).filter(({ block, blob }) => block === undefined || blob === undefined)
    expect(lost).toEqual([])
    await store.close()
  })

  it('are not archived when somebody complains of one; it and the blocks after it stay', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 60n)
    const complaint: Parameters<typeof prune>[1] = {
      complaint: ({ height }, next) => {
        expect(next).toEqual(height % 2n === 1n ? utf8(`header ${height + 1n}`) : undefined)
        return height === 17n ? 'it looks odd' : undefined
      },
    }
    await expect(prune(chain, complaint)).rejects.toMatchObject({
      code: 'store.archive-refused',
      details: { height: 17n, reason: 'it looks odd' },
    })
    expect(await heightsInDatabase(chain)).toMatchObject({ first: 1, rows: 60 })
    expect((await prune(chain)).blocks).toBe(28)
    await store.close()
  })

  it('need the folder: a store without it says so, and serves the rest', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 40n)
    await prune(chain)
    await store.close()
    const without = await openStore(chain)
    await expect(without.block(1n)).rejects.toMatchObject({ code: 'store.archive-folder', details: { height: 1n } })
    await expect(without.blob(sha256(blobOf(1n, 100)))).rejects.toMatchObject({ code: 'store.archive-folder' })
    expect(await without.block(40n)).toBeDefined()
    expect(await without.block(41n)).toBeUndefined()
    await without.close()
  })

  it('are more when the newest are large, and never so many that too few stay', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 60n, 2000)
    await prune(chain, { keep: 55n, keepBytes: 40 * 2050 })
    expect(await heightsInDatabase(chain)).toMatchObject({ rows: 40 })
    await prune(chain, { keep: 55n, keepBytes: 3000 })
    expect(await heightsInDatabase(chain)).toMatchObject({ rows: 32 })
    await store.close()
  })

  it('stay in the database when the folder can not be used', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 40n)
    writeFileSync(chain.folder, 'no folder')
    await expect(prune(chain)).rejects.toMatchObject({ code: 'store.archive-unreadable' })
    rmSync(chain.folder)
    mkdirSync(path.join(chain.folder, 'blocks-000000000001-000000000008.archive.new'), { recursive: true })
    await expect(prune(chain)).rejects.toMatchObject({ code: 'store.archive-unwritable' })
    expect(await heightsInDatabase(chain)).toMatchObject({ rows: 40 })
    await store.close()
  })

  it('are not divided between two folders', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 40n)
    await prune(chain)
    await writeBlocks(store, 41n, 50n)
    const other = { ...chain, folder: place().folder }
    await expect(prune(other)).rejects.toMatchObject({ code: 'store.archive-missing' })
    expect(await heightsInDatabase(chain)).toEqual({ first: 9, last: 50, rows: 42 })
    await store.close()
  })

  it('are archived by one at a time, and never more of them than may go', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 40n)
    await expect(prune(chain, { keep: 31n })).rejects.toMatchObject({ code: 'store.archive-keep' })
    const both = await Promise.allSettled([prune(chain, { pause: 50 }), prune(chain, { pause: 50 })])
    expect(both.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))).toEqual([
      'store.archive-busy',
    ])
    expect(await heightsInDatabase(chain)).toEqual({ first: 9, last: 40, rows: 32 })
    await store.close()
  })
})

describe('a signed header that arrives late', () => {
  it('is kept, although its block is archived', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 50n)
    await prune(chain)
    expect(await store.signedHeaders.get(3n)).toBeUndefined()
    expect(await store.signedHeaders.missing(2)).toEqual([1n, 3n])
    await store.signedHeaders.put(3n, utf8('late'))
    await writeBlocks(store, 51n, 60n)
    await prune(chain)
    expect(await store.signedHeaders.get(3n)).toEqual(utf8('late'))
    expect(await store.signedHeaders.get(4n)).toEqual(utf8('header 4'))
    await store.close()
  })
})

describe('ids of executed transactions', () => {
  it('go when block time alone keeps the transactions from being executed again, and not a moment before', async () => {
    const chain = place()
    const store = await open(chain)
    await writeBlocks(store, 1n, 70n)
    await prune(chain, { fileHeights: 5 })
    const known = async () => {
      const heights = Array.from({ length: 70 }, (_, index) => BigInt(index + 1))
      const found = await store.transactions(heights.map(transactionOf))
      return heights.filter((height) => found.has(transactionOf(height).toHex()))
    }
    // The files end with blocks 5, 10, ...; the head's time is that of block 70.
    expect(timeOf(70n) - maximumValidity).toBe(timeOf(10n))
    expect((await known())[0]).toBe(6n)
    await store.close()
  })
})

describe('the disk', () => {
  it.each([
    ['beside a running node', false],
    ['of a stopped node', true],
  ])('gets smaller %s by what was archived', async (_, isAlone) => {
    const chain = place()
    const store = await open(chain)
    const blockBytes = 40_000
    // An autovacuum that happens to run has a snapshot of its own, for which the rows would be kept.
    await withClient(
      connection,
      (sql) =>
        sql`alter table ${sql(`chain_${chain.chain}`)}.block set (autovacuum_enabled = off, toast.autovacuum_enabled = off)`,
    )
    await writeBlocks(store, 1n, 160n, blockBytes)
    const size = async () => {
      const [row] = await withClient(
        connection,
        (sql) => sql`select pg_total_relation_size(${`"chain_${chain.chain}".block`}::regclass)::integer as bytes`,
      )
      return Number(row?.bytes)
    }
    const before = await size()
    const { files } = await prune(chain, { isAlone })
    expect(files.map(({ last }) => last)).toEqual([128n])
    const after = await size()
    expect(before).toBeGreaterThan(160 * blockBytes)
    expect(after).toBeLessThan(1.4 * 32 * blockBytes)
    const read = await readAll(store, 120n, 136n, blockBytes)
    expect(read.filter(({ blob }) => blob === undefined)).toEqual([])
    await store.close()
  })
})
