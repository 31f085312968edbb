import { setTimeout as sleep } from 'node:timers/promises'
import type { CommittedBlock } from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import {
  FollowerStore,
  type FoundRows,
  followerError,
  type Head,
  type ProjectionState,
  reportsDamage,
  type Statement,
  type Store,
} from '../store/index.ts'
import { firstKept } from './first-kept.ts'
import {
  distrustInterval,
  firstPause,
  gathering,
  maximumBlocks,
  maximumPause,
  maximumRest,
  restFactor,
} from './limits.ts'
import { readPortion } from './portion.ts'
import type { Projection } from './projection.ts'
import { type FollowerFailure, type FollowerStatus, slowest } from './status.ts'

/** What is followed: a chain has all of it. */
export type FollowedChain = {
  readonly id: string
  readonly head: Head | undefined
  readonly store: Pick<Store, 'block'>
  onCommit(listener: (block: CommittedBlock) => void): () => void
}

export type FollowerOptions = {
  readonly chain: FollowedChain
  /** The connection URL of the database that the tables lie in. */
  readonly connection: string
  readonly projections: readonly Projection[]
  /** Blocks whose rows are written in one transaction. */
  readonly blocksAtOnce?: number
}

/**
 * Follows a chain: reads committed blocks from the store, behind the newest one, and keeps the tables of projections. It
 * is never in the way of the chain: it only hears that there is a block, rests while the chain is busy, and waits out
 * every failure. What it has written is at any time the rows of all blocks up to its height.
 */
export class Follower {
  readonly #chain: FollowedChain
  readonly #projections: readonly Projection[]
  readonly #tables: FollowerStore
  readonly #blocksAtOnce: number
  readonly #states = new Map<string, ProjectionState>()
  readonly #rebuilding = new Set<string>()
  /** Built from the first block, and not yet made known to the planner of searches. */
  readonly #built = new Set<Projection>()
  readonly #distrusted = new Map<string, number>()
  readonly #waiting = new Set<{ readonly height: bigint; readonly resolve: () => void }>()
  readonly #stopping = new AbortController()
  readonly #silence: () => void
  readonly #ended: Promise<void>
  #wake = Promise.withResolvers<void>()
  /** Blocks with transactions have arrived since the follower last rested. */
  #isBusy = false
  #failure: FollowerFailure | undefined

  private constructor({ chain, connection, projections, blocksAtOnce = maximumBlocks }: FollowerOptions) {
    this.#chain = chain
    this.#projections = projections
    this.#blocksAtOnce = blocksAtOnce
    this.#tables = new FollowerStore({ connection, chain: chain.id })
    this.#silence = chain.onCommit(({ executed }) => {
      if (executed.results.length > 0) this.#isBusy = true
      this.#wake.resolve()
    })
    this.#ended = this.#run()
  }

  /** Begins to follow; never fails, see `status`. */
  static start(options: FollowerOptions): Follower {
    return new Follower(options)
  }

  status(): FollowerStatus {
    const { head } = this.#chain
    const own = this.#states.size < this.#projections.length ? undefined : slowest(this.#states.values())
    return {
      height: own?.height,
      lagBlocks: head === undefined ? 0n : head.height - (own?.height ?? -1n),
      lagMilliseconds:
        head === undefined || own === undefined || own.height === head.height ? 0n : head.time - own.time,
      failure: this.#failure,
      projections: this.#projections.map(({ name, version, summary }) => {
        const { first, height } = this.#states.get(name) ?? {}
        return { name, version, summary, first, height }
      }),
    }
  }

  /**
   * Runs a query over a projection's tables; it must give a column `place`.
   * @returns the rows, and the height of the newest block that they are of
   * @throws follower.not-ready, follower.search-timeout, store.unavailable
   */
  async search(projection: Projection, query: Statement): Promise<FoundRows> {
    const { name } = projection
    try {
      const found = await this.#tables.search(name, query)
      if (found === undefined) throw followerError('not-ready', { projection: name })
      return found
    } catch (error) {
      if (reportsDamage(error)) this.distrust(projection)
      throw error
    }
  }

  /** Resolves when all projections have followed the block of this height. */
  followed(height: bigint): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add({ height, resolve })
    this.#tell()
    return promise
  }

  /** Builds projections from the first kept block again, all or one, without waiting for it. */
  rebuild(name?: string): void {
    for (const projection of this.#projections) {
      if (name !== undefined && projection.name !== name) continue
      this.#rebuilding.add(projection.name)
      this.#states.delete(projection.name)
    }
    this.#wake.resolve()
  }

  /** Somebody has found that its rows are not what the ledger says: the projection is rebuilt, unless it was just now. */
  distrust({ name }: Projection): void {
    const now = performance.now()
    if (now - (this.#distrusted.get(name) ?? Number.NEGATIVE_INFINITY) < distrustInterval) return
    this.#distrusted.set(name, now)
    this.rebuild(name)
  }

  /** Waits for a transaction under way. */
  async stop(): Promise<void> {
    this.#silence()
    this.#stopping.abort()
    this.#wake.resolve()
    await this.#ended
    await this.#tables.close()
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#findPlace()
        while (!this.#isStopping) await this.#advance()
      } catch (error) {
        await this.#waitOut(error)
      }
    }
  }

  /** What the tables say counts, not what this process remembers: the server may have lost its last moments. */
  async #findPlace(): Promise<void> {
    const states = await this.#tables.states(this.#projections)
    for (const { name } of this.#projections) {
      const state = states.get(name)
      if (state === undefined || !(await this.#isOfThisChain(state))) this.#rebuilding.add(name)
      if (state === undefined || this.#rebuilding.has(name)) this.#states.delete(name)
      else this.#states.set(name, state)
    }
    this.#tell()
  }

  /** A backup that was restored may be older than the tables, or have gone another way since. */
  async #isOfThisChain({ first, height, root }: ProjectionState): Promise<boolean> {
    if (height < first) return true
    const block = await this.#chain.store.block(height)
    return block !== undefined && equalBytes(block.root, root)
  }

  /** One transaction, or waiting for the next block. */
  async #advance(): Promise<void> {
    const { head } = this.#chain
    if (head !== undefined) await this.#rebuildWanted(head)
    const { height: from } = slowest(this.#states.values()) ?? {}
    if (head === undefined || from === undefined || from >= head.height) {
      this.#failure = undefined
      await this.#analyzeBuilt()
      return this.#nextBlock()
    }
    const began = performance.now()
    const states = [...this.#states.values()]
    const group = this.#projections.filter(({ name }) => this.#states.get(name)?.height === from)
    const until = states.reduce((least, { height }) => (height > from && height < least ? height : least), head.height)
    const portion = await readPortion(this.#chain.store, group, from, until, this.#blocksAtOnce)
    if (portion === undefined) return this.#skipTo(group, from + 1n, head)
    const { to, rows } = portion
    await this.#tables.append({ projections: group, from, to, rows })
    for (const { name } of group) {
      const state = this.#states.get(name)
      if (state !== undefined) this.#states.set(name, { ...state, ...to })
    }
    this.#failure = undefined
    this.#tell()
    await this.#rest(performance.now() - began)
  }

  async #rebuildWanted(head: Head): Promise<void> {
    for (const projection of this.#projections) {
      if (!this.#rebuilding.has(projection.name)) continue
      await this.#beginAt(projection, await firstKept(this.#chain.store, -1n, head.height))
    }
  }

  /** The next block was pruned before it was followed: rows of a history with a gap would mislead. */
  async #skipTo(group: readonly Projection[], gone: bigint, head: Head): Promise<void> {
    if (gone >= head.height) throw followerError('block-missing', { height: gone, head: head.height })
    const first = await firstKept(this.#chain.store, gone, head.height)
    for (const projection of group) await this.#beginAt(projection, first)
  }

  async #beginAt(projection: Projection, first: bigint): Promise<void> {
    this.#states.delete(projection.name)
    // Before its first block a projection is as far behind as that block.
    const time = (await this.#chain.store.block(first))?.time ?? 0n
    this.#states.set(projection.name, await this.#tables.reset(projection, first, time))
    this.#rebuilding.delete(projection.name)
    this.#built.add(projection)
  }

  async #analyzeBuilt(): Promise<void> {
    for (const projection of this.#built) {
      await this.#tables.analyze(projection)
      this.#built.delete(projection)
    }
  }

  async #nextBlock(): Promise<void> {
    await this.#wake.promise
    this.#wake = Promise.withResolvers<void>()
    await this.#pause(gathering)
  }

  /** The chain's own work comes first. */
  async #rest(worked: number): Promise<void> {
    if (!this.#isBusy) return
    this.#isBusy = false
    await this.#pause(Math.min(restFactor * worked, maximumRest))
  }

  async #waitOut(error: unknown): Promise<void> {
    if (this.#isStopping) return
    const attempts = (this.#failure?.attempts ?? 0) + 1
    const { code, message } = error instanceof CommonrootError ? error : { code: 'unexpected', message: String(error) }
    this.#failure = { code, message, attempts }
    await this.#pause(Math.min(firstPause * 2 ** Math.min(attempts - 1, 16), maximumPause))
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }

  #tell(): void {
    const { height } = this.status()
    for (const waiter of this.#waiting) {
      if (height === undefined || height < waiter.height) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }
}
