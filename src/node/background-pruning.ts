/** Old blocks leave the database for archive files while the node works, a little at a time. */
import type { Chain } from '../chain/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { archiveComplaint } from '../fsck/index.ts'
import { backgroundPause, keptBlocks, keptBytes, lookInterval, type PruneReport, pruneBlocks } from '../store/index.ts'

export type BackgroundPruningOptions = {
  readonly chain: Chain
  /** The database of the chain's store, as `openStore` takes it. */
  readonly connection: string
  /** Where archive files lie. */
  readonly archive: string
  /** How many of the newest blocks stay in the database, however large; by default fewer when they are large. */
  readonly keep?: bigint
  /** Heights in one archive file, at most. */
  readonly fileHeights?: number
  readonly onArchived?: (report: PruneReport) => void
  /** Blocks stay where they are; somebody should hear why. */
  readonly onFault: (error: unknown) => void
}

/** Passes by itself: the database is away, or somebody prunes by hand. */
const passing: ReadonlySet<string> = new Set(['store.unavailable', 'store.archive-busy'])

/** Looks every few hundred blocks, and whenever it begins, whether an archive file can be filled. */
export class BackgroundPruning {
  readonly #options: BackgroundPruningOptions
  readonly #stopping = new AbortController()
  readonly #endListening: () => void
  #round: Promise<void> | undefined
  #told: string | undefined

  constructor(options: BackgroundPruningOptions) {
    this.#options = options
    this.#endListening = options.chain.onCommit(({ height }) => {
      if (height % lookInterval === 0n) this.#look()
    })
    this.#look()
  }

  /** Leaves a file that is being written to the next start. */
  async stop(): Promise<void> {
    this.#endListening()
    this.#stopping.abort()
    await this.#round
  }

  #look(): void {
    this.#round ??= this.#prune().finally(() => {
      this.#round = undefined
    })
  }

  async #prune(): Promise<void> {
    const { chain, connection, archive, keep, fileHeights, onArchived, onFault } = this.#options
    try {
      const report = await pruneBlocks({
        connection,
        chain: chain.id,
        folder: archive,
        ...(keep === undefined ? { keep: keptBlocks, keepBytes: keptBytes } : { keep }),
        partial: false,
        complaint: archiveComplaint,
        pause: backgroundPause,
        ...(fileHeights === undefined ? {} : { fileHeights }),
        signal: this.#stopping.signal,
      })
      this.#told = undefined
      if (report.files.length > 0) onArchived?.(report)
    } catch (error) {
      if (this.#stopping.signal.aborted || (error instanceof CommonrootError && passing.has(error.code))) return
      // The same again every few minutes would tell nothing new.
      const text = String(error)
      if (text !== this.#told) onFault(error)
      this.#told = text
    }
  }
}
