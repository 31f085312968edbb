/** One archive file, from rows of the database to a file that was read back and found to hold just them. */
import { equalBytes } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import type { Session } from '../session.ts'
import { ArchiveFile, marksOf } from './archive-file.ts'
import { archiveName, archivePath, archivesIn, removeArchive, writeArchive } from './archive-folder.ts'
import type { ArchiveEntry } from './block-archive.ts'
import { compress } from './compression.ts'
import { type BlockSize, blocksBetween, signedHeaderAt } from './database.ts'
import { type ArchiveChunk, type ArchivedBlock, encodeContent, encodeHead, encodeTail, sha256 } from './file-form.ts'
import { fullChunkBytes, maximumFieldBytes } from './limits.ts'

/** What is wrong with a block, seen with the signed header of the next one, as far as they have one; undefined if nothing. */
export type Complaint = (block: ArchivedBlock, next: Uint8Array | undefined) => string | undefined

export type FileSource = {
  readonly session: Session
  readonly chain: string
  readonly folder: string
  readonly complaint: Complaint
  /** Called before each chunk: to let others work, and to be stopped. */
  readonly onChunk: (height: bigint) => Promise<void>
}

/** A file that is there, and the heights whose signed headers are not in it. */
export type WrittenFile = { readonly entry: ArchiveEntry; readonly unsigned: readonly bigint[] }

type Run = { readonly first: bigint; readonly last: bigint }

/**
 * Writes the blocks of `sizes`, which are of consecutive heights, or takes the file that a writer that was killed has
 * left, if it holds just what the database holds.
 * @throws store.archive-refused, store.archive-differs, store.archive-unwritable
 */
export async function writeFile(source: FileSource, sizes: readonly BlockSize[]): Promise<WrittenFile> {
  const range = { first: sizes[0]!.height, last: sizes.at(-1)!.height }
  const left = await leftBehind(source, range)
  if (left !== undefined) return left
  const runs = chunksOf(sizes)
  const head = encodeHead({ chain: source.chain, ...range })
  const chunks: ArchiveChunk[] = []
  const contents: Uint8Array[] = []
  await writeArchive(source.folder, range, async (append) => {
    await append(head)
    let position = head.length
    for (const run of runs) {
      const content = await contentOf(source, run)
      const stored = await compress(content)
      const blocks = Number(run.last - run.first) + 1
      chunks.push({
        ...marksOf(stored),
        first: run.first,
        blocks,
        position,
        storedBytes: stored.length,
        contentBytes: content.length,
      })
      contents.push(sha256(content))
      await append(stored)
      position += stored.length
    }
    await append(encodeTail(head, chunks).bytes)
  })
  return await readBack(source, range, (_, index) => Promise.resolve(contents[index]))
}

/** Blocks that are compressed together. */
function chunksOf(sizes: readonly BlockSize[]): readonly Run[] {
  const runs: Run[] = []
  let bytes = fullChunkBytes
  for (const { height, bytes: own } of sizes) {
    const open = runs.at(-1)
    if (open === undefined || bytes >= fullChunkBytes) {
      runs.push({ first: height, last: height })
      bytes = own
    } else {
      runs[runs.length - 1] = { first: open.first, last: height }
      bytes += own
    }
  }
  return runs
}

/** Blocks of the database as a chunk holds them. What can still be mended is not put where it can't. */
async function contentOf({ session, complaint, onChunk }: FileSource, { first, last }: Run): Promise<Uint8Array> {
  await onChunk(first)
  const blocks = await blocksBetween(session, first, last)
  if (blocks.length !== Number(last - first) + 1)
    throw storeError('archive-refused', { height: first, reason: 'it is gone' })
  const after = await signedHeaderAt(session, last + 1n)
  for (const [index, block] of blocks.entries()) {
    if (largestField(block) > maximumFieldBytes) {
      throw storeError('archive-refused', { height: block.height, reason: 'it is too large for a file' })
    }
    const next = index + 1 < blocks.length ? blocks[index + 1]?.signedHeader : after
    const reason = complaint(block, next)
    if (reason !== undefined) throw storeError('archive-refused', { height: block.height, reason })
  }
  return encodeContent(blocks)
}

function largestField({ block, results, events }: ArchivedBlock): number {
  return Math.max(block.length, results.length, events.length)
}

/** A file from before a kill. One that holds anything else is of no use: the blocks are still in the database. */
async function leftBehind(source: FileSource, range: Run): Promise<WrittenFile | undefined> {
  const { folder } = source
  for (const found of await archivesIn(folder)) {
    if (found.first !== range.first || found.last > range.last) continue
    try {
      return await readBack(source, found, async ({ first, blocks }) =>
        sha256(await contentOf(source, { first, last: first + BigInt(blocks) - 1n })),
      )
    } catch (error) {
      if (!isOfNoUse(error)) throw error
      await removeArchive(folder, found)
    }
  }
  return undefined
}

async function readBack(
  { chain, folder }: FileSource,
  range: Run,
  expected: (chunk: ArchiveChunk, index: number) => Promise<Uint8Array | undefined>,
): Promise<WrittenFile> {
  const path = archivePath(folder, range)
  const file = await ArchiveFile.open(path)
  const { header } = file
  let isSame = header.chain === chain && header.first === range.first && header.last === range.last
  const unsigned: bigint[] = []
  let time = 0n
  for (const [index, chunk] of file.chunks.entries()) {
    if (!isSame) break
    const digest = await expected(chunk, index)
    const { content, blocks } = await file.readWhole(chunk)
    isSame = digest !== undefined && equalBytes(sha256(content), digest)
    for (const { height, signedHeader } of blocks) if (signedHeader === undefined) unsigned.push(height)
    time = blocks.at(-1)?.time ?? time
  }
  if (!isSame) throw storeError('archive-differs', { file: archiveName(range) })
  return { entry: { ...range, time, bytes: BigInt(file.bytes), digest: file.digest }, unsigned }
}

function isOfNoUse(error: unknown): boolean {
  const codes = ['store.archive-differs', 'store.archive-damaged']
  return error instanceof CommonrootError && codes.includes(error.code)
}
