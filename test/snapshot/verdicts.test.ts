/** What a node answers to an engine that hands it snapshots of peers: who is told apart from what, and what stays in the database. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { Chain } from '../../src/chain/index.ts'
import type { SnapshotOffer } from '../../src/engine/index.ts'
import { manifestDigest, type Refused, removeSnapshot, StateSync, snapshotHeights } from '../../src/snapshot/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { exportFrom, ledgerWithCertificates, testFolder } from './exported.ts'
import { flipped, forge, type HeldSnapshot, holdSnapshot } from './forging.ts'

const source = await ledgerWithCertificates(await testDatabase(), 60)
const { ledger } = source
afterAll(() => ledger.stop())
const folder = await testFolder()
const otherFolder = await testFolder()
const exported = await exportFrom(source, folder, { chunkBytes: 16_384 })
const sound = await holdSnapshot(exported.path)
const { chunks } = sound
const database = await testDatabase()
const id = ledger.chain.id

let store: Store
let chain: Chain
let sync: StateSync
let refused: Refused[]
beforeEach(async () => {
  store = await openStore({ connection: database, chain: id })
  chain = await Chain.open({ genesis: ledger.genesis, store, protocols })
  refused = []
  sync = new StateSync({ chain, connection: database, protocols, folder, onRefused: (one) => refused.push(one) })
})
afterEach(async () => {
  await sync.stop()
  await store.close()
  await withClient(database, (sql) => sql`drop schema ${sql(`chain_${id}`)} cascade`)
})

function offerOf({ manifest, bytes }: HeldSnapshot, changes: Partial<SnapshotOffer> = {}): SnapshotOffer {
  const { height } = manifest
  return {
    height,
    format: 1,
    chunks: manifest.chunks.length,
    digest: manifestDigest(bytes),
    metadata: bytes,
    ...changes,
  }
}

async function takeAll(held: HeldSnapshot): Promise<void> {
  expect(await sync.offer(offerOf(held), held.root)).toBe('accept')
  for (const [number, bytes] of held.chunks.entries()) {
    expect(await sync.apply(number, bytes, 'peer')).toEqual({ verdict: 'accept' })
  }
}

describe('a node that takes snapshots', () => {
  it('has the state with the last chunk, and nothing before', async () => {
    expect(await sync.offer(offerOf(sound), sound.root)).toBe('accept')
    for (const [number, bytes] of chunks.entries()) {
      expect(await store.head()).toBeUndefined()
      expect(await sync.apply(number, bytes, 'peer')).toEqual({ verdict: 'accept' })
    }
    expect(await chain.info()).toMatchObject({ height: exported.height, appHash: sound.root })
  })

  it('asks another peer for a chunk that is not the one of the manifest, and names who sent it', async () => {
    expect(await sync.offer(offerOf(sound), sound.root)).toBe('accept')
    await sync.apply(0, chunks[0]!, 'honest')
    const verdict = await sync.apply(1, flipped(chunks[1]!, 99), 'liar')
    expect(verdict).toEqual({ verdict: 'retry', refetch: [1], rejectSenders: ['liar'] })
    expect(refused).toMatchObject([{ sender: 'liar', error: { code: 'snapshot.chunk-damaged' } }])
    for (let number = 1; number < chunks.length; number++) {
      expect(await sync.apply(number, chunks[number]!, 'honest')).toEqual({ verdict: 'accept' })
    }
    expect(chain.head?.height).toBe(exported.height)
  })

  it('turns down a snapshot whose manifest fits a forged chunk, and takes the next one', async () => {
    const lie = forge(sound, chunks.with(1, flipped(chunks[1]!, 200)))
    expect(await sync.offer(offerOf(lie), sound.root)).toBe('accept')
    expect(await sync.apply(0, lie.chunks[0]!, 'liar')).toEqual({ verdict: 'accept' })
    const verdict = await sync.apply(1, lie.chunks[1]!, 'liar')
    expect(verdict).toEqual({ verdict: 'reject-snapshot', rejectSenders: ['liar'] })
    expect(refused).toMatchObject([{ sender: 'liar', error: { code: 'snapshot.chunk-forged' } }])
    expect(await sync.apply(2, lie.chunks[2]!, 'liar')).toEqual({ verdict: 'abort' })
    expect(await store.head()).toBeUndefined()
    await takeAll(sound)
    expect(chain.head?.height).toBe(exported.height)
  })

  it('gives up on chunks out of order, and on a snapshot that never ends', async () => {
    await sync.offer(offerOf(sound), sound.root)
    expect(await sync.apply(1, chunks[1]!, 'peer')).toMatchObject({ verdict: 'reject-snapshot' })
    const endless = forge(sound, [...chunks, chunks.at(-1)!])
    await sync.offer(offerOf(endless), sound.root)
    for (const [number, bytes] of chunks.entries()) await sync.apply(number, bytes, 'peer')
    expect(await sync.apply(chunks.length, chunks.at(-1)!, 'peer')).toMatchObject({ verdict: 'reject-snapshot' })
    expect(await store.head()).toBeUndefined()
  })

  it('turns down what is offered as something else, and all that such peers offer', async () => {
    const { root } = sound
    expect(await sync.offer(offerOf(sound, { format: 2 }), root)).toBe('reject-format')
    const lies: readonly Partial<SnapshotOffer>[] = [
      { metadata: new Uint8Array(0) },
      { metadata: flipped(sound.bytes, 1) },
      { digest: new Uint8Array(32) },
      { height: exported.height + 1n },
      { height: 2n ** 64n - 1n },
      { chunks: chunks.length + 1 },
    ]
    for (const lie of lies) expect(await sync.offer(offerOf(sound, lie), root)).toBe('reject-sender')
    expect(await sync.offer(offerOf(sound), new Uint8Array(32))).toBe('reject-sender')
    expect(await sync.offer(offerOf(sound), new Uint8Array(0))).toBe('reject-sender')
    expect(await sync.apply(0, chunks[0]!, 'peer')).toEqual({ verdict: 'abort' })
  })

  it('takes another snapshot over one on which no block was built, and none over blocks', async () => {
    await takeAll(sound)
    await takeAll(sound)
    expect(chain.head?.height).toBe(exported.height)
    const { height, time, root } = chain.head!
    const nothing = new Uint8Array(0)
    const none = { records: [], indexes: [], pages: [], blobs: [], transactions: [] }
    await store.write({ height: height + 1n, time, root, block: nothing, results: nothing, events: nothing, ...none })
    await expect(sync.offer(offerOf(sound), sound.root)).rejects.toMatchObject({ code: 'store.blocks-stored' })
  })
})

describe('a node that offers snapshots', () => {
  it('lists those of its folder with the bytes of their manifests, and hands out their chunks', async () => {
    expect(await sync.list()).toEqual([offerOf(sound)])
    for (const [chunk, bytes] of chunks.entries()) {
      expect(await sync.load({ height: exported.height, format: 1, chunk })).toEqual(bytes)
    }
  })

  it('has nothing where there is nothing, whatever is asked for', async () => {
    const at = { height: exported.height, format: 1, chunk: 0 }
    for (const other of [{ height: 0n }, { height: 2n ** 64n - 1n }, { format: 9 }, { chunk: chunks.length }]) {
      expect(await sync.load({ ...at, ...other })).toBeUndefined()
    }
  })

  it('makes the same bytes for the same height as any other node', async () => {
    await takeAll(sound)
    // An imported state is cut like the one that it came from.
    const again = await exportFrom({ database, ledger }, otherFolder, { at: exported.height, chunkBytes: 16_384 })
    expect(again.digest).toEqual(exported.digest)
    await removeSnapshot(otherFolder, again.height)
    expect(await snapshotHeights(otherFolder)).toEqual([])
  })
})
