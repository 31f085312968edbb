import { afterEach, describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { inspectDatabase, openStore, type Store, storeFormat } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { blockAt, put, sha256 } from './blocks.ts'

const connection = await testDatabase()
let count = 0
const opened: Store[] = []

async function freshStore(): Promise<{ store: Store; chain: string }> {
  const chain = `store-${(++count).toString(16).padStart(8, '0')}`
  return { store: await reopen(chain), chain }
}

async function reopen(chain: string): Promise<Store> {
  const store = await openStore({ connection, chain })
  opened.push(store)
  return store
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

describe('blocks', () => {
  it('come back as they were written, heights beyond 2^53 included', async () => {
    const { store } = await freshStore()
    expect(await store.head()).toBeUndefined()
    const block = blockAt(2n ** 60n, { block: new Uint8Array([0, 255, 92, 34]), events: new Uint8Array() })
    await store.write(block)
    const { height, time, root } = block
    expect(await store.head()).toStrictEqual({ height, time, root })
    const { block: bytes, results, events } = block
    expect(await store.block(height)).toStrictEqual({ height, time, root, block: bytes, results, events })
    expect(await store.block(height + 1n)).toBeUndefined()
  })

  it('are refused when they do not follow the head, and leave nothing', async () => {
    const { store } = await freshStore()
    await store.write(blockAt(7n))
    for (const height of [5n, 6n, 7n, 9n]) {
      const write = store.write(blockAt(height, { records: [put('k', null, 'v')] }))
      await expect(write).rejects.toMatchObject({ code: 'store.not-next', details: { height, head: 7n } })
    }
    expect((await store.read('records', [utf8('k')])).size).toBe(0)
    await store.write(blockAt(8n))
  })

  it('that are written at once are taken one after the other', async () => {
    const { store } = await freshStore()
    const [first, twin, next] = await Promise.allSettled([
      store.write(blockAt(1n)),
      store.write(blockAt(1n)),
      store.write(blockAt(2n)),
    ])
    expect([first.status, twin.status, next.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('with a transaction that was executed before are refused whole', async () => {
    const { store } = await freshStore()
    const id = sha256(utf8('transaction'))
    await store.write(blockAt(1n, { transactions: [{ id, position: 3 }] }))
    const again = blockAt(2n, { transactions: [{ id, position: 0 }], records: [put('k', null, 'v')] })
    await expect(store.write(again)).rejects.toMatchObject({ code: 'store.duplicate-transaction' })
    expect((await store.head())?.height).toBe(1n)
    expect((await store.read('records', [utf8('k')])).size).toBe(0)
    expect(await store.transaction(id)).toStrictEqual({ height: 1n, position: 3 })
    expect(await store.transaction(sha256(id))).toBeUndefined()
  })

  it('that change a key twice, or slice beyond their bytes, are mistakes of the caller', async () => {
    const { store } = await freshStore()
    const twice = blockAt(1n, { pages: [put('k', null, 'a'), put('k', null, 'b')] })
    await expect(store.write(twice)).rejects.toThrow(TypeError)
    const beyond = blockAt(1n, { blobs: [{ digest: sha256(utf8('')), offset: 0, length: 100 }] })
    await expect(store.write(beyond)).rejects.toThrow(TypeError)
    expect(await store.head()).toBeUndefined()
  })
})

describe('blobs', () => {
  it('are slices of their block, and the first place of a blob counts', async () => {
    const { store } = await freshStore()
    const block = utf8('head|certificate|tail')
    const slice = utf8('certificate')
    await store.write(blockAt(1n, { block, blobs: [{ digest: sha256(slice), offset: 5, length: 11 }] }))
    await store.write(blockAt(2n, { block: slice, blobs: [{ digest: sha256(slice), offset: 0, length: 11 }] }))
    expect(await store.blob(sha256(slice))).toStrictEqual(slice)
    expect(await store.blob(sha256(block))).toBeUndefined()
  })

  it('that were changed in the database are not given out', async () => {
    const { store, chain } = await freshStore()
    const block = utf8('certificate')
    const digest = sha256(block)
    await store.write(blockAt(1n, { block, blobs: [{ digest, offset: 0, length: block.length }] }))
    await withClient(connection, (sql) => sql`update ${sql(`chain_${chain}`)}.block set bytes = 'Certificate'::bytea`)
    await expect(store.blob(digest)).rejects.toMatchObject({ code: 'store.corrupt' })
  })
})

describe('scan', () => {
  it('gives records in byte order, from inclusive, until exclusive', async () => {
    const { store } = await freshStore()
    const keys = [[0xff], [0x41], [0x61, 0x00], [0x61], [0x5f], [0x42, 0xff], []].map((bytes) => new Uint8Array(bytes))
    const records = keys.map((key) => ({ key, before: null, after: utf8(toHex(key)) }))
    await store.write(blockAt(1n, { records, indexes: [put('a', null, 'b')] }))
    const scan = async (from: number[], until: number[], limit = 10) =>
      (await store.scan(new Uint8Array(from), new Uint8Array(until), limit)).map(({ key }) => toHex(key))
    expect(await scan([], [0xff, 0])).toEqual(['', '41', '42ff', '5f', '61', '6100', 'ff'])
    expect(await scan([0x42], [0x61])).toEqual(['42ff', '5f'])
    expect(await scan([0x61], [0xff])).toEqual(['61', '6100'])
    expect(await scan([0x41], [0xff], 2)).toEqual(['41', '42ff'])
  })
})

describe('signed headers', () => {
  it('are kept once, and heights without one are listed', async () => {
    const { store } = await freshStore()
    await store.signedHeaders.put(3n, utf8('early'))
    for (const height of [1n, 2n, 3n, 4n]) await store.write(blockAt(height))
    expect(await store.signedHeaders.missing(10)).toEqual([1n, 2n, 4n])
    expect(await store.signedHeaders.missing(2)).toEqual([1n, 2n])
    await store.signedHeaders.put(2n, utf8('header'))
    await store.signedHeaders.put(2n, utf8('header with other votes'))
    expect(await store.signedHeaders.get(2n)).toStrictEqual(utf8('header'))
    expect(await store.signedHeaders.get(1n)).toBeUndefined()
    expect(await store.signedHeaders.missing(10)).toEqual([1n, 4n])
  })
})

describe('opening', () => {
  it('finds what was written before, of this chain only', async () => {
    const { store, chain } = await freshStore()
    await store.write(blockAt(1n, { records: [put('k', null, 'v')] }))
    await store.close()
    const again = await reopen(chain)
    expect((await again.head())?.height).toBe(1n)
    const { store: other, chain: otherChain } = await freshStore()
    expect(await other.head()).toBeUndefined()
    const chains = await inspectDatabase(connection)
    expect(chains).toContainEqual({ chain, format: storeFormat, height: 1n })
    expect(chains).toContainEqual({ chain: otherChain, format: storeFormat, height: undefined })
  })

  it('is refused to a second opener until the first has closed', async () => {
    const { store, chain } = await freshStore()
    await expect(openStore({ connection, chain })).rejects.toMatchObject({ code: 'store.in-use', details: { chain } })
    await store.close()
    await reopen(chain)
  })

  it('is refused when a newer program has written the data', async () => {
    const { store, chain } = await freshStore()
    await store.close()
    await withClient(connection, (sql) => sql`update ${sql(`chain_${chain}`)}.store_format set version = 99`)
    await expect(openStore({ connection, chain })).rejects.toMatchObject({
      code: 'store.format-newer',
      details: { found: 99, known: storeFormat },
    })
  })

  it('takes no URL that is not of a Postgres', async () => {
    for (const url of ['', 'localhost', 'mysql://localhost/x', 'postgres:///x', 'postgresql://h/x?host=/tmp']) {
      await expect(openStore({ connection: url, chain: 'a-00000000' })).rejects.toMatchObject({
        code: 'store.connection-url',
      })
    }
  })

  it('says so when nothing listens, and never shows the password', async () => {
    const url = 'postgresql://user:secret@127.0.0.1:1/x'
    const error = await openStore({ connection: url, chain: 'a-00000000' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'store.unavailable', message: 'Postgres does not answer: ECONNREFUSED' })
    expect(String(error)).not.toContain('secret')
  })

  it('passes on what Postgres refuses', async () => {
    const url = new URL(connection)
    url.pathname = '/nowhere'
    await expect(openStore({ connection: url.href, chain: 'a-00000000' })).rejects.toMatchObject({
      code: 'store.refused',
      details: { state: '3D000' },
    })
  })

  it('a closed store refuses everything', async () => {
    const { store } = await freshStore()
    await Promise.all([store.close(), store.close()])
    await expect(store.head()).rejects.toThrow(TypeError)
    await expect(store.view('head')).rejects.toThrow(TypeError)
    await expect(store.write(blockAt(1n))).rejects.toThrow(TypeError)
  })
})
