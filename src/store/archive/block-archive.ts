import { equalBytes } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import { ArchiveFile } from './archive-file.ts'
import { archiveName, archivePath } from './archive-folder.ts'
import type { ArchiveChunk, ArchivedBlock } from './file-form.ts'
import { cachedChunks, cachedIndexes } from './limits.ts'
import { RecentAnswers } from './recent-answers.ts'

/** What the database says of an archive file. */
export type ArchiveEntry = {
  readonly first: bigint
  readonly last: bigint
  /** Block time of the last block, in milliseconds. */
  readonly time: bigint
  /** Size and digest of the file. */
  readonly bytes: bigint
  readonly digest: Uint8Array
}

export type EntryLookup = {
  /** The newest entry that begins at a height or below it. */
  readonly upTo: (height: bigint) => Promise<ArchiveEntry | undefined>
  /** The oldest entry that begins above a height. */
  readonly above: (height: bigint) => Promise<ArchiveEntry | undefined>
  /** All entries, in order. */
  readonly all: () => Promise<readonly ArchiveEntry[]>
}

/** The archived blocks of a chain, read from files that are what the database says of them. */
export class BlockArchive {
  readonly chain: string
  readonly folder: string | undefined
  readonly #lookup: EntryLookup
  readonly #entries = new Map<bigint, ArchiveEntry>()
  readonly #files = new RecentAnswers<ArchiveFile>(cachedIndexes)
  readonly #chunks = new RecentAnswers<readonly ArchivedBlock[]>(cachedChunks)

  constructor(chain: string, folder: string | undefined, lookup: EntryLookup) {
    this.chain = chain
    this.folder = folder
    this.#lookup = lookup
  }

  /** Undefined for a height that is not archived. @throws store.archive-damaged and its kin, store.archive-folder */
  async block(height: bigint): Promise<ArchivedBlock | undefined> {
    const entry = await this.#entryAt(height)
    if (entry === undefined) return undefined
    const file = await this.open(entry)
    const chunk = file.chunkAt(height)
    return chunk === undefined ? undefined : (await this.#blocksOf(file, chunk))[Number(height - chunk.first)]
  }

  /**
   * Archived blocks from a height on, in order, at most `limit`: those that can be read. For whoever checks files by
   * themselves, and wants what is left.
   */
  async readable(from: bigint, limit: number): Promise<readonly ArchivedBlock[]> {
    const found: ArchivedBlock[] = []
    let entry = (await this.#entryAt(from)) ?? (await this.#lookup.above(from))
    while (entry !== undefined && found.length < limit) {
      found.push(...(await this.#readableOf(entry, from, limit - found.length)))
      entry = await this.#lookup.above(entry.last)
    }
    return found
  }

  /** The file of an entry, whose frame is what the entry says. @throws store.archive-damaged and its kin */
  open(entry: ArchiveEntry): Promise<ArchiveFile> {
    return this.#files.get(entry.digest.toHex(), () => this.#open(entry))
  }

  /** What the database says of all files, in order. */
  entries(): Promise<readonly ArchiveEntry[]> {
    return this.#lookup.all()
  }

  /** The name of the file that holds a height, whether or not it can be read. */
  async nameAt(height: bigint): Promise<string | undefined> {
    const entry = await this.#entryAt(height)
    return entry && archiveName(entry)
  }

  /** Where the file of an entry lies. @throws store.archive-folder */
  pathOf(entry: Pick<ArchiveEntry, 'first' | 'last'>): string {
    return archivePath(this.#folderFor(entry.first), entry)
  }

  /** Files and chunks are read anew: for whoever has changed them. */
  forget(): void {
    this.#entries.clear()
    this.#files.clear()
    this.#chunks.clear()
  }

  async #readableOf(entry: ArchiveEntry, from: bigint, limit: number): Promise<readonly ArchivedBlock[]> {
    const found: ArchivedBlock[] = []
    const file = await unlessDamaged(this.open(entry))
    for (const chunk of file?.chunks ?? []) {
      if (found.length >= limit) break
      if (file === undefined || chunk.first + BigInt(chunk.blocks) <= from) continue
      const blocks = (await unlessDamaged(this.#blocksOf(file, chunk))) ?? []
      found.push(...blocks.filter(({ height }) => height >= from).slice(0, limit - found.length))
    }
    return found
  }

  async #open(entry: ArchiveEntry): Promise<ArchiveFile> {
    const file = await ArchiveFile.open(this.pathOf(entry))
    const { header, digest } = file
    const isRegistered = equalBytes(digest, entry.digest) && header.first === entry.first && header.last === entry.last
    if (!isRegistered || header.chain !== this.chain) {
      throw storeError('archive-damaged', {
        file: archiveName(entry),
        reason: 'it is not the file that the database names',
      })
    }
    return file
  }

  #folderFor(height: bigint): string {
    if (this.folder === undefined) throw storeError('archive-folder', { height })
    return this.folder
  }

  /** Entries never change once they are there, so that only heights without one are asked about again. */
  async #entryAt(height: bigint): Promise<ArchiveEntry | undefined> {
    for (const entry of this.#entries.values()) if (holds(entry, height)) return entry
    const found = await this.#lookup.upTo(height)
    if (found === undefined) return undefined
    this.#entries.set(found.first, found)
    return holds(found, height) ? found : undefined
  }

  #blocksOf(file: ArchiveFile, chunk: ArchiveChunk): Promise<readonly ArchivedBlock[]> {
    return this.#chunks.get(`${file.digest.toHex()} ${chunk.position}`, () => file.read(chunk))
  }
}

function holds({ first, last }: ArchiveEntry, height: bigint): boolean {
  return first <= height && height <= last
}

async function unlessDamaged<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isArchiveDamage(error)) return undefined
    throw error
  }
}

/** Whether a file is missing or not what it should be, as opposed to a disk that does not work. */
export function isArchiveDamage(error: unknown): error is CommonrootError {
  return error instanceof CommonrootError && damages.has(error.code)
}

const damages = new Set(['store.archive-missing', 'store.archive-damaged'])
