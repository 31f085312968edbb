/** A store with blocks to be archived: each has a blob and a transaction of its own, every second a signed header. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concat, utf8 } from '../../../src/codec/index.ts'
import {
  minimumKeptBlocks,
  type PruneOptions,
  type PruneReport,
  pruneBlocks,
} from '../../../src/store/archive/index.ts'
import { type DatabaseStore, openStore } from '../../../src/store/index.ts'
import { blockAt, sha256 } from '../blocks.ts'

export type Place = { readonly connection: string; readonly chain: string; readonly folder: string }

/** A chain of its own in a database, and a folder for its archive files that is not there yet. */
export function newPlace(connection: string): Place {
  const chain = `archive-${randomBytes(4).toString('hex')}`
  return { connection, chain, folder: join(mkdtempSync(join(tmpdir(), 'commonroot-archive-')), 'archive') }
}

export function discard({ folder }: Place): void {
  rmSync(join(folder, '..'), { recursive: true, force: true })
}

export function open({ connection, chain, folder }: Place): Promise<DatabaseStore> {
  return openStore({ connection, chain, archive: folder })
}

/** Bytes that nothing compresses. */
export function blobOf(height: bigint, bytes: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: bytes }).update(`blob ${height}`).digest())
}

export function transactionOf(height: bigint): Uint8Array {
  return sha256(utf8(`transaction ${height}`))
}

/** Block time, in milliseconds: a minute a block, so that an hour is sixty of them. */
export function timeOf(height: bigint): bigint {
  return height * 60_000n
}

/** @param bytes of each block's blob */
export async function writeBlocks(store: DatabaseStore, from: bigint, to: bigint, bytes = 100): Promise<void> {
  for (let height = from; height <= to; height++) {
    const blob = blobOf(height, bytes)
    const start = utf8(`block ${height} `)
    await store.write(
      blockAt(height, {
        time: timeOf(height),
        block: concat(start, blob),
        blobs: [{ digest: sha256(blob), offset: start.length, length: blob.length }],
        transactions: [{ id: transactionOf(height), position: 0 }],
      }),
    )
    if (height % 2n === 0n) await store.signedHeaders.put(height, utf8(`header ${height}`))
  }
}

/** What a store gives for a height; blocks and blobs by their digests, which are faster to compare. */
export type Read = {
  readonly height: bigint
  readonly block: string | undefined
  readonly blob: string | undefined
  readonly signedHeader: string | undefined
}

/** All that can be read of heights, both included. */
export function readAll(store: DatabaseStore, from: bigint, to: bigint, bytes = 100): Promise<readonly Read[]> {
  const heights = Array.from({ length: Number(to - from) + 1 }, (_, index) => from + BigInt(index))
  return Promise.all(heights.map((height) => readOne(store, height, bytes)))
}

async function readOne(store: DatabaseStore, height: bigint, bytes: number): Promise<Read> {
  const block = await store.block(height)
  const blob = await store.blob(sha256(blobOf(height, bytes)))
  const header = await store.signedHeaders.get(height)
  return {
    height,
    block: block && [block.time, ...[block.root, block.block, block.results, block.events].map(markOf)].join(' '),
    blob: blob && markOf(blob),
    signedHeader: header && new TextDecoder().decode(header),
  }
}

function markOf(bytes: Uint8Array): string {
  return sha256(bytes).toHex()
}

export function prune(place: Place, options: Partial<PruneOptions> = {}): Promise<PruneReport> {
  return pruneBlocks({ ...place, keep: minimumKeptBlocks, partial: true, complaint: () => undefined, ...options })
}
