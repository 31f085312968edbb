import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { equalBytes } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import { decompress } from './compression.ts'
import {
  type ArchiveChunk,
  type ArchivedBlock,
  type ArchiveHeader,
  decodeContent,
  headBytes,
  headLength,
  readFrame,
  sha256,
  tailBytes,
  tailLength,
} from './file-form.ts'

/** An archive file whose header and index are read and hang together. Chunks are read, and verified, one by one. */
export class ArchiveFile {
  readonly path: string
  readonly header: ArchiveHeader
  readonly chunks: readonly ArchiveChunk[]
  /** Stands for the whole file. */
  readonly digest: Uint8Array
  readonly bytes: number

  private constructor(path: string, frame: ReturnType<typeof readFrame>, bytes: number) {
    this.path = path
    this.header = frame.header
    this.chunks = frame.chunks
    this.digest = frame.digest
    this.bytes = bytes
  }

  /** @throws store.archive-missing, store.archive-damaged, store.archive-unreadable */
  static async open(path: string): Promise<ArchiveFile> {
    return await reading(path, async (handle) => {
      const { size } = await handle.stat()
      if (size < headBytes + tailBytes) throw storeError('archive-form', { reason: 'it is too short' })
      const start = headLength(await readAt(handle, 0, headBytes))
      const end = tailLength(await readAt(handle, size - tailBytes, tailBytes))
      if (start + end > size) throw storeError('archive-form', { reason: 'it is too short' })
      const frame = readFrame(await readAt(handle, 0, start), await readAt(handle, size - end, end), size)
      return new ArchiveFile(path, frame, size)
    })
  }

  /** The chunk that holds a height; undefined when none does. */
  chunkAt(height: bigint): ArchiveChunk | undefined {
    return this.chunks.findLast(({ first, blocks }) => first <= height && height < first + BigInt(blocks))
  }

  /**
   * The blocks of a chunk, when it is what the index says: nothing else reaches the decompressor.
   * @throws store.archive-missing, store.archive-damaged, store.archive-unreadable
   */
  async read(chunk: ArchiveChunk): Promise<readonly ArchivedBlock[]> {
    return (await this.readWhole(chunk)).blocks
  }

  /** As `read`, with the bytes of which the blocks are views. */
  async readWhole(
    chunk: ArchiveChunk,
  ): Promise<{ readonly content: Uint8Array; readonly blocks: readonly ArchivedBlock[] }> {
    const stored = await this.readStored(chunk)
    if (!equalBytes(sha256(stored), chunk.digest)) throw damaged(this.path, `${named(chunk)} have another digest`)
    const content = await decompress(stored, chunk.contentBytes)
    if (content === undefined) throw damaged(this.path, `${named(chunk)} can not be decompressed`)
    return { content, blocks: damagedUnlessRead(this.path, () => decodeContent(chunk, content)) }
  }

  /** The stored bytes of a chunk as they are, for whoever mends them. @throws store.archive-missing, store.archive-unreadable */
  readStored(chunk: ArchiveChunk): Promise<Uint8Array> {
    return reading(this.path, (handle) => readAt(handle, chunk.position, chunk.storedBytes))
  }
}

/** What the index says of a chunk's stored bytes. */
export function marksOf(stored: Uint8Array): { readonly digest: Uint8Array; readonly checksum: number } {
  return { digest: new Uint8Array(createHash('sha256').update(stored).digest()), checksum: crc32(stored) }
}

export function named({ first, blocks }: ArchiveChunk): string {
  return blocks === 1 ? `block ${first}` : `blocks ${first} to ${first + BigInt(blocks) - 1n}`
}

/** Errors name the file alone: they may reach strangers, whom folders do not concern. */
function damaged(path: string, reason: string, cause?: unknown): CommonrootError {
  return storeError('archive-damaged', { file: basename(path), reason }, cause)
}

function damagedUnlessRead<Result>(path: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw error instanceof CommonrootError && error.code === 'store.archive-form'
      ? damaged(path, String(error.details.reason), error)
      : error
  }
}

async function reading<Result>(path: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    return await work(handle)
  } catch (error) {
    if (error instanceof CommonrootError) {
      throw error.code === 'store.archive-form' ? damaged(path, String(error.details.reason), error) : error
    }
    const reason = systemCode(error)
    if (reason === undefined) throw error
    if (reason === 'ENOENT') throw storeError('archive-missing', { file: basename(path) }, error)
    throw storeError('archive-unreadable', { file: basename(path), reason }, error)
  } finally {
    await handle?.close()
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await handle.read(bytes, 0, length, position)
  if (bytesRead < length) throw storeError('archive-form', { reason: 'it is cut' })
  return bytes
}

/** The code of a failed system call. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
