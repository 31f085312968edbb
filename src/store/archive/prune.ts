/**
 * Moves old blocks out of the database into archive files. A kill at any point loses nothing and doubles nothing: a file
 * is durable, read back and registered before the first row goes, reads look into the database first, and the next run
 * takes up what is left.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { maximumValidity } from '../../codec/index.ts'
import { storeError } from '../errors.ts'
import { writeTimeout } from '../limits.ts'
import { schemaOf } from '../schema.ts'
import { Session } from '../session.ts'
import { ArchiveFile } from './archive-file.ts'
import { archivePath, removeDrafts } from './archive-folder.ts'
import type { ArchiveEntry } from './block-archive.ts'
import { clear, compact, rewrite } from './compact.ts'
import {
  type BlockSize,
  deleteArchived,
  deleteTransactions,
  entryLookup,
  extentOf,
  newestWithin,
  register,
  sizeOnDisk,
  sizesFrom,
} from './database.ts'
import { deletedAtOnce, fullFileBytes, maximumFileHeights, minimumKeptBlocks } from './limits.ts'
import { type Complaint, writeFile } from './write-file.ts'

export type PruneOptions = {
  readonly connection: string
  readonly chain: string
  /** Where archive files lie. */
  readonly folder: string
  /** How many of the newest blocks stay in the database. */
  readonly keep: bigint
  /** Fewer stay where these have more bytes. */
  readonly keepBytes?: number
  /** Also write a file that is not full: else the last blocks wait until there are enough. */
  readonly partial: boolean
  /** What must be right of a block before it goes into a file. */
  readonly complaint: Complaint
  /** Nobody else has the store open: the tables are written anew, which is fastest. */
  readonly isAlone?: boolean
  /** Heights in one file, at most: what may stand in one, by default. */
  readonly fileHeights?: number
  /** Milliseconds between two portions of work, for others. */
  readonly pause?: number
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export type PruneReport = {
  readonly files: readonly ArchiveEntry[]
  /** How many blocks went into these files. */
  readonly blocks: number
  /** Bytes on disk of the tables that got smaller, before and after. */
  readonly before: bigint
  readonly after: bigint
}

/** @throws store.archive-busy, store.archive-keep, store.archive-refused and its kin, store.unavailable; the reason of `signal` */
export async function pruneBlocks(options: PruneOptions): Promise<PruneReport> {
  const { connection, chain, keep } = options
  if (keep < minimumKeptBlocks) throw storeError('archive-keep', { minimum: minimumKeptBlocks })
  const settings = { url: connection, schema: schemaOf(chain), statementTimeout: 60 * writeTimeout }
  const session = new Session(settings)
  try {
    await takeLock(session, chain)
    return await new Pruning(options, session).run()
  } finally {
    await session.end()
  }
}

/** A lock of its own beside that of the writer: a node prunes while it writes blocks. @throws store.archive-busy */
async function takeLock(session: Session, chain: string): Promise<void> {
  const key = createHash('sha256').update(`commonroot archive ${chain}`).digest().readBigInt64BE()
  const [row] = await session.query((sql) => sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${key}) as taken`)
  if (row?.taken !== true) throw storeError('archive-busy', { chain })
}

class Pruning {
  readonly #options: PruneOptions
  readonly #session: Session
  readonly #files: ArchiveEntry[] = []
  #tookOut = false
  #done = 0
  #total = 0

  constructor(options: PruneOptions, session: Session) {
    this.#options = options
    this.#session = session
  }

  async run(): Promise<PruneReport> {
    const session = this.#session
    const before = await sizeOnDisk(session)
    await removeDrafts(this.#options.folder)
    await this.#finishEarlier()
    for (;;) {
      const sizes = await this.#next()
      if (sizes === undefined) break
      await this.#archive(sizes)
    }
    if (this.#tookOut || this.#options.partial) {
      await this.#forgetTransactions()
      await this.#shrink()
    }
    const blocks = this.#files.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0)
    return { files: this.#files, blocks, before, after: await sizeOnDisk(session) }
  }

  /** Rows of blocks that a run before has registered, and could not take out any more. */
  async #finishEarlier(): Promise<void> {
    const extent = await extentOf(this.#session)
    const { folder } = this.#options
    const entries = await entryLookup((make) => this.#session.query(make)).all()
    // A folder that lacks the newest file is another node's, or lost: what went there would be apart from the rest.
    const newest = entries.at(-1)
    if (newest !== undefined) await ArchiveFile.open(archivePath(folder, newest))
    for (const entry of entries) {
      if (extent === undefined || entry.last < extent.oldest) continue
      const file = await ArchiveFile.open(archivePath(folder, entry))
      const unsigned: bigint[] = []
      for (const chunk of file.chunks) {
        const blocks = await file.read(chunk)
        unsigned.push(...blocks.filter(({ signedHeader }) => signedHeader === undefined).map(({ height }) => height))
      }
      await this.#takeOut(entry, unsigned)
    }
  }

  /** The blocks of the next file; undefined when there are not enough. */
  async #next(): Promise<readonly BlockSize[] | undefined> {
    const { partial, fileHeights = maximumFileHeights } = this.#options
    const extent = await extentOf(this.#session)
    if (extent === undefined) return undefined
    const until = extent.head - (await this.#kept(extent.head))
    const sizes = await sizesFrom(this.#session, extent.oldest, until, fileHeights)
    const chosen: BlockSize[] = []
    let bytes = 0
    for (const size of sizes) {
      if (bytes >= fullFileBytes) break
      chosen.push(size)
      bytes += size.bytes
    }
    const isFull = bytes >= fullFileBytes || chosen.length === fileHeights
    if (!isFull && !(partial && chosen.length > 0)) return undefined
    this.#total = this.#done + Number(until - extent.oldest + 1n)
    return chosen
  }

  async #kept(head: bigint): Promise<bigint> {
    const { keep, keepBytes } = this.#options
    if (keepBytes === undefined) return keep
    const within = await newestWithin(this.#session, head, keep, keepBytes)
    if (within > minimumKeptBlocks) return within
    return minimumKeptBlocks
  }

  async #archive(sizes: readonly BlockSize[]): Promise<void> {
    const { chain, folder, complaint } = this.#options
    const session = this.#session
    const onChunk = () => this.#breathe()
    const { entry, unsigned } = await writeFile({ session, chain, folder, complaint, onChunk }, sizes)
    await register(session, entry)
    await this.#takeOut(entry, unsigned)
    this.#files.push(entry)
    this.#done += Number(entry.last - entry.first) + 1
    this.#options.onProgress?.(this.#done, this.#total)
  }

  /** Portion by portion: rows that go are written to the log, and blocks wait for the same disk. */
  async #takeOut({ first, last }: ArchiveEntry, unsigned: readonly bigint[]): Promise<void> {
    this.#tookOut = true
    for (let from = first; from <= last; from += deletedAtOnce) {
      const to = from + deletedAtOnce - 1n < last ? from + deletedAtOnce - 1n : last
      await this.#breathe()
      await deleteArchived(this.#session, { first: from, last: to }, unsigned)
    }
  }

  /** An id keeps a transaction from being executed again; from its last valid moment on, block time does that alone. */
  async #forgetTransactions(): Promise<void> {
    const extent = await extentOf(this.#session)
    if (extent === undefined) return
    await deleteTransactions(this.#session, extent.time - maximumValidity)
  }

  async #shrink(): Promise<void> {
    if (this.#options.isAlone === true) return await rewrite(this.#session)
    await clear(this.#session)
    await compact(this.#session, () => this.#breathe())
  }

  async #breathe(): Promise<void> {
    const { pause = 0, signal } = this.#options
    signal?.throwIfAborted()
    if (pause > 0) await sleep(pause, undefined, signal === undefined ? {} : { signal })
  }
}
