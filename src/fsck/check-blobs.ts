/** Blobs: each is the slice of a block that its digest names. A lost place is found again in the blocks. */
import { decodeBlock } from '../chain/index.ts'
import { type CborValue, decodeCbor, decodeEnvelope, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type BlobPlace, isArchiveDamage, type Tables } from '../store/index.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { blobPortion, blockPortion } from './limits.ts'

export type BlobCheckOptions = {
  readonly tables: Tables
  readonly findings: Findings
  readonly repair: boolean
  /** What was looked at, and is not what it should be. */
  readonly seen: BlobLook
  /** Digests that records ask for and that have no row. */
  readonly missing: readonly Uint8Array[]
  readonly signal?: AbortSignal
}

export type BlobLook = { readonly count: number; readonly wrong: readonly BlobPlace[] }

/** Looks at all blobs. For the most part this is the database's work: there is time for other things meanwhile. */
export async function lookAtBlobs(
  tables: Tables,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<BlobLook> {
  const wrong: BlobPlace[] = []
  let count = 0
  let after: Uint8Array | undefined
  do {
    signal?.throwIfAborted()
    const portion = await tables.checkBlobs(after, blobPortion)
    wrong.push(...portion.wrong)
    count += portion.count
    after = portion.last
    onProgress(count)
  } while (after !== undefined)
  for await (const portion of tables.archivedBlobs(blobPortion)) {
    signal?.throwIfAborted()
    wrong.push(...(await wrongInFiles(tables, portion)))
    count += portion.length
    onProgress(count)
  }
  return { count: count + Number(await tables.count('snapshotBlobs')), wrong }
}

/** Says which blobs are missing or wrong, and mends them. */
export async function checkBlobs(options: BlobCheckOptions): Promise<void> {
  const { tables, findings, repair, missing, signal } = options
  const { wrong } = options.seen
  for (const digest of await tables.wrongSnapshotBlobs()) {
    findings.add('blobs', toHex(digest), 'the bytes that came with a snapshot do not have this digest', beyondRepair)
  }
  if (wrong.length + missing.length === 0) return

  const mended = { repairable: true, repaired: repair } as const
  const found = await findBlobs(tables, [...missing, ...wrong.map(({ digest }) => digest)], signal)
  for (const digest of missing) {
    const place = found.get(toHex(digest))
    findings.add('blobs', toHex(digest), 'a record is about it, and it is not listed', place ? mended : beyondRepair)
    if (repair && place !== undefined) await tables.putBlob(place)
  }
  for (const row of wrong) {
    const place = found.get(toHex(row.digest))
    const what = `${row.length} bytes from ${row.offset} of block ${row.height} do not have this digest`
    // In a sound block there are no bytes of this digest: it is the row that is damaged, and of no use.
    const block = `height ${row.height}`
    const isInDamagedBlock = place === undefined && findings.has('blocks', block)
    const isLost = isInDamagedBlock && !findings.isMendable('blocks', block)
    findings.add('blobs', toHex(row.digest), what, isLost ? beyondRepair : mended)
    if (!repair || isInDamagedBlock) continue
    if (place === undefined) await tables.removeBlob(row.digest)
    else await tables.putBlob(place)
  }
}

/** Those whose slice has another digest, or no block. A block that can't be read is said elsewhere. */
async function wrongInFiles(tables: Tables, places: readonly BlobPlace[]): Promise<readonly BlobPlace[]> {
  const wrong: BlobPlace[] = []
  let block: Uint8Array | 'unreadable' | undefined
  let read: bigint | undefined
  for (const place of places) {
    const { digest, height, offset, length } = place
    // They come in the order of heights.
    if (height !== read) block = await archivedBlock(tables, height)
    read = height
    if (block === 'unreadable') continue
    if (block === undefined || !equalBytes(sha256(block.subarray(offset, offset + length)), digest)) wrong.push(place)
  }
  return wrong
}

async function archivedBlock(tables: Tables, height: bigint): Promise<Uint8Array | 'unreadable' | undefined> {
  try {
    return (await tables.archive.block(height))?.block
  } catch (error) {
    if (isArchiveDamage(error)) return 'unreadable'
    throw error
  }
}

/** Looks through all blocks for byte strings of operations that have these digests. */
async function findBlobs(
  tables: Tables,
  digests: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, BlobPlace>> {
  const wanted = new Set(digests.map(toHex))
  const found = new Map<string, BlobPlace>()
  for (let from = 0n; found.size < wanted.size; ) {
    signal?.throwIfAborted()
    const blocks = await tables.blocks(from, Number(blockPortion))
    for (const { height, block } of blocks) {
      for (const bytes of byteStringsOf(block) ?? []) {
        const digest = sha256(bytes)
        const id = toHex(digest)
        if (!wanted.has(id) || found.has(id)) continue
        found.set(id, { digest, height, offset: bytes.byteOffset - block.byteOffset, length: bytes.length })
      }
    }
    const last = blocks.at(-1)
    if (last === undefined) break
    from = last.height + 1n
  }
  return found
}

/** Views of all byte strings in the bodies of a block's operations: what rules keep is among them. */
function byteStringsOf(block: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return decodeBlock(block).transactions.flatMap((transaction) => {
      const signed = readTransaction(transaction)
      return signed?.operations.flatMap(({ body }) => byteStrings(decodeCbor(body))) ?? []
    })
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}

function readTransaction(bytes: Uint8Array) {
  try {
    return decodeEnvelope(bytes).transaction
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}

function byteStrings(value: CborValue): readonly Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (Array.isArray(value)) return value.flatMap((each: CborValue) => byteStrings(each))
  if (value instanceof Map) return [...value.values()].flatMap((each: CborValue) => byteStrings(each))
  return []
}
