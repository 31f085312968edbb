/** Snapshots every so many blocks, made beside the work of a node: all nodes make those of the same heights. */
import type { Chain } from '../chain/index.ts'
import { type ExportOptions, exportSnapshot, type SnapshotSummary } from './export.ts'
import { removeLeftovers, removeSnapshot, snapshotHeights } from './folder.ts'
import { keptSnapshots } from './limits.ts'

export type SnapshotScheduleOptions = Omit<ExportOptions, 'at' | 'chain' | 'signal' | 'onProgress'> & {
  readonly chain: Pick<Chain, 'id' | 'onCommit'>
  /** A snapshot is made of each height that this divides. */
  readonly interval: bigint
  /** Snapshots that stay, the newest: a peer may be in the middle of one. */
  readonly keep?: number
  readonly onMade?: (summary: SnapshotSummary) => void
  /** None was made; somebody should hear why. */
  readonly onFault: (error: unknown) => void
}

export class SnapshotSchedule {
  readonly #options: SnapshotScheduleOptions
  readonly #stopping = new AbortController()
  readonly #endListening: () => void
  #making: Promise<void>
  #isMaking = false

  constructor(options: SnapshotScheduleOptions) {
    if (options.interval < 1n) throw new TypeError('a snapshot is made every block at most')
    this.#options = options
    this.#making = removeLeftovers(options.folder).catch(options.onFault)
    this.#endListening = options.chain.onCommit(({ height }) => {
      if (height % options.interval === 0n) this.#begin(height)
    })
  }

  /** Leaves a snapshot that is being made to the next start. */
  async stop(): Promise<void> {
    this.#endListening()
    this.#stopping.abort()
    await this.#making
  }

  /** One at a time: a height that comes before the last one is done has none. */
  #begin(height: bigint): void {
    if (this.#isMaking || this.#stopping.signal.aborted) return
    this.#isMaking = true
    this.#making = this.#making
      .then(() => this.#make(height))
      .finally(() => {
        this.#isMaking = false
      })
  }

  async #make(height: bigint): Promise<void> {
    const { chain, folder, keep = keptSnapshots, onMade, onFault, ...rest } = this.#options
    const { signal } = this.#stopping
    try {
      if ((await snapshotHeights(folder)).includes(height)) return
      const summary = await exportSnapshot({ ...rest, chain: chain.id, folder, at: height, signal })
      const heights = await snapshotHeights(folder)
      for (const outdated of heights.slice(0, Math.max(0, heights.length - keep)))
        await removeSnapshot(folder, outdated)
      onMade?.(summary)
    } catch (error) {
      if (!signal.aborted) onFault(error)
    }
  }
}
