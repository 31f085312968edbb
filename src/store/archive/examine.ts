/** Looks at every byte of an archive file, and mends a flipped bit in each part of it. */
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { equalBytes } from '../../codec/index.ts'
import { syncFile } from '../../durable/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import { ArchiveFile, named, systemCode } from './archive-file.ts'
import { archivePath, type FileRange } from './archive-folder.ts'
import type { ArchiveEntry } from './block-archive.ts'
import { type ArchiveChunk, encodeHead, sha256 } from './file-form.ts'
import { unflipByChecksum } from './flipped-bit.ts'
import { mendedTail } from './mend-tail.ts'

/** Something wrong in a file. `mend` makes it right; undefined when nobody can. */
export type ArchiveDamage = { readonly what: string; readonly mend: (() => Promise<void>) | undefined }

/** @returns undefined for a file that is what the entry says, byte for byte */
export async function examineFrame(
  chain: string,
  entry: ArchiveEntry,
  path: string,
): Promise<{ readonly file: ArchiveFile } | { readonly damage: ArchiveDamage }> {
  try {
    const file = await ArchiveFile.open(path)
    const { first, last } = file.header
    const isRegistered = equalBytes(file.digest, entry.digest) && first === entry.first && last === entry.last
    if (isRegistered && file.header.chain === chain) return { file }
    return { damage: { what: 'it is not the file that the database names', mend: undefined } }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    if (error.code === 'store.archive-missing') return { damage: { what: 'it is missing', mend: undefined } }
    if (error.code !== 'store.archive-damaged') throw error
    return { damage: { what: String(error.details.reason), mend: await frameMending(chain, entry, path) } }
  }
}

/** @returns undefined for a chunk that is sound */
export async function examineChunk(file: ArchiveFile, chunk: ArchiveChunk): Promise<ArchiveDamage | undefined> {
  try {
    await file.read(chunk)
    return undefined
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code !== 'store.archive-damaged') throw error
    const stored = await file.readStored(chunk)
    const mended = unflipByChecksum(stored, chunk.checksum)
    const isMended = mended !== undefined && equalBytes(sha256(mended), chunk.digest)
    return {
      what: isMended ? `one bit of ${named(chunk)} was flipped` : String(error.details.reason),
      mend: isMended ? () => overwrite(file.path, [[chunk.position, mended]]) : undefined,
    }
  }
}

/** The head follows from what the database says; of the tail, the digest does. */
async function frameMending(chain: string, entry: ArchiveEntry, path: string) {
  const head = encodeHead({ chain, ...entry })
  const size = Number(entry.bytes)
  const tail = await reading(path, async (handle) => {
    if ((await handle.stat()).size !== size) return undefined
    return mendedTail(head, entry.digest, async (length) => {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await handle.read(bytes, 0, length, size - length)
      return bytesRead === length ? bytes : undefined
    })
  })
  if (tail === undefined) return undefined
  return () =>
    overwrite(path, [
      [0, head],
      [size - tail.length, tail],
    ])
}

/** In place: all but a bit of it is right already, whenever this is cut off. */
async function overwrite(path: string, parts: readonly (readonly [position: number, bytes: Uint8Array])[]) {
  await writing(path, async (handle) => {
    for (const [position, bytes] of parts) {
      await handle.write(bytes, 0, bytes.length, position)
    }
    await syncFile(handle)
  })
}

function reading<Result>(path: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  return opened(path, 'r', work)
}

function writing<Result>(path: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  return opened(path, 'r+', work)
}

async function opened<Result>(
  path: string,
  flags: 'r' | 'r+',
  work: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, flags)
    return await work(handle)
  } catch (error) {
    const reason = systemCode(error)
    if (error instanceof CommonrootError || reason === undefined) throw error
    throw storeError(
      flags === 'r' ? 'archive-unreadable' : 'archive-unwritable',
      { file: basename(path), reason },
      error,
    )
  } finally {
    await handle?.close()
  }
}

/** What the database should say of a file; undefined when it is not whole and sound, or another chain's. */
export async function entryOf(folder: string, range: FileRange, chain: string): Promise<ArchiveEntry | undefined> {
  try {
    const file = await ArchiveFile.open(archivePath(folder, range))
    const { header, digest, bytes } = file
    if (header.chain !== chain || header.first !== range.first || header.last !== range.last) return undefined
    const [newest] = (await file.read(file.chunks.at(-1)!)).slice(-1)
    return newest && { ...range, time: newest.time, bytes: BigInt(bytes), digest }
  } catch (error) {
    if (error instanceof CommonrootError && error.code === 'store.archive-damaged') return undefined
    throw error
  }
}
