/** The whole check, step by step: archive files, history, state, blobs, before-images. */
import { type ChainProtocols, chainIdOf, type Genesis } from '../chain/index.ts'
import { toHex } from '../codec/index.ts'
import { protocolAt, protocolState } from '../governance/index.ts'
import { Owners, type Program, programOf } from '../host/index.ts'
import { recordAddress } from '../module/index.ts'
import type { Head, Store, Tables } from '../store/index.ts'
import { checkArchive } from './check-archive.ts'
import { checkBase } from './check-base.ts'
import { checkBeforeImages } from './check-before-images.ts'
import { checkBlobs, lookAtBlobs } from './check-blobs.ts'
import { type BlockCheckOptions, type BlockSums, checkBlocks } from './check-blocks.ts'
import { checkRecords } from './check-records.ts'
import { checkState, type StatePlace, type StateSums } from './check-state.ts'
import { checkTransactions } from './check-transactions.ts'
import { forgetPlace, type Place, readPlace, writePlace } from './checkpoint.ts'
import { isDamage } from './damage.ts'
import { fsckError } from './errors.ts'
import { type CheckName, type Finding, Findings } from './finding.ts'
import { checkpointInterval } from './limits.ts'
import { placeBlocks, placeRoot } from './place-blocks.ts'
import { sideBySide } from './side-by-side.ts'

/** A part of the whole: heights, both included, or records whose keys begin alike. */
export type FsckRange =
  | { readonly kind: 'heights'; readonly from: bigint; readonly to?: bigint }
  | { readonly kind: 'records'; readonly prefix: Uint8Array }

export type FsckStep = 'archive' | 'blocks' | 'state' | 'blobs' | 'before-images' | 'records'

export type FsckOptions = {
  /** Open, so that no node writes meanwhile. */
  readonly store: Store
  readonly tables: Tables
  readonly genesis: Genesis
  readonly protocols: ChainProtocols
  /** Mend what can be made again from what is sound. */
  readonly repair?: boolean
  readonly range?: FsckRange
  /** Where to note how far it has come; `resume` goes on from there. */
  readonly place?: { readonly file: string; readonly resume: boolean }
  /** Milliseconds between two notes. */
  readonly noteInterval?: number
  readonly onProgress?: (step: FsckStep, done: number, total: number) => void
  readonly signal?: AbortSignal
}

export type FsckReport = {
  readonly height: bigint
  readonly findings: readonly Finding[]
  /** Also those that are not listed. */
  readonly count: number
  readonly checked: Partial<BlockSums & StateSums & { readonly archives: number; readonly blobs: number }>
}

/**
 * Checks everything, or a range. Without findings, what the store holds is what the head's root and the signed headers
 * say. @throws fsck.nothing-stored; the reason of `signal`
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const { store, tables, genesis, range, repair } = options
  const placing = new Findings()
  const base = await store.base()
  const head = (await placeBlocks(tables, placing, repair === true)) ?? base
  if (head === undefined) throw fsckError('nothing-stored', { chain: chainIdOf(genesis) })
  const owners = new Owners(await programInForce(options, head.height + 1n))
  if (range?.kind === 'records') return checkRange(options, range.prefix, owners, head)
  return new Run(options, owners, { ...head, base }, placing).run()
}

/** `base` is the snapshot that the state began with. */
type CheckedHead = Pick<Head, 'height' | 'root'> & { readonly base: Head | undefined }

async function checkRange(
  { tables, onProgress, signal }: FsckOptions,
  prefix: Uint8Array,
  owners: Owners,
  { height, root }: Pick<Head, 'height' | 'root'>,
): Promise<FsckReport> {
  const findings = new Findings()
  const records = await checkRecords({
    tables,
    owners,
    root,
    findings,
    prefix,
    onProgress: (done) => onProgress?.('records', done, 0),
    ...(signal === undefined ? {} : { signal }),
  })
  return { height, findings: findings.list, count: findings.count, checked: { records } }
}

/** The program that the protocol record names; when that can't be read, the one that the genesis names. */
async function programInForce({ store, genesis, protocols }: FsckOptions, height: bigint): Promise<Program> {
  const { key } = recordAddress(protocolState, new Uint8Array(0))
  try {
    const stored = (await store.read('records', [key])).get(toHex(key))
    if (stored === undefined) return programOf(protocols, genesis.protocol)
    return programOf(protocols, protocolAt(protocolState.decode(stored), height))
  } catch (error) {
    if (!isDamage(error)) throw error
    return programOf(protocols, genesis.protocol)
  }
}

/** What reads at a height go through. */
const stateChecks: ReadonlySet<string> = new Set<CheckName>(['records', 'pages', 'indexes'])

class Run {
  readonly #options: FsckOptions
  readonly #owners: Owners
  readonly #head: CheckedHead
  readonly #of: string
  readonly #found: Place | undefined
  readonly #findings: Findings
  #noted = performance.now()

  constructor(options: FsckOptions, owners: Owners, head: CheckedHead, placing: Findings) {
    this.#options = options
    this.#owners = owners
    this.#head = head
    const range = options.range?.kind === 'heights' ? `${options.range.from}-${options.range.to ?? ''}` : 'all'
    this.#of = [chainIdOf(options.genesis), head.height, toHex(head.root), range, options.repair === true].join(' ')
    const { place } = options
    this.#found = place?.resume === true ? readPlace(place.file, this.#of) : undefined
    this.#findings = this.#found === undefined ? placing : new Findings(this.#found.findings, this.#found.count)
  }

  async run(): Promise<FsckReport> {
    const { range, place } = this.#options
    // Whoever goes on where an earlier run got to has its findings.
    const archives = this.#found === undefined ? { archives: await this.#archive() } : {}
    const blocks = await this.#blocks()
    const rest = range === undefined ? await this.#stateAndBlobs(blocks) : {}
    if (place !== undefined) await forgetPlace(place.file)
    const { list: findings, count } = this.#findings
    return { height: this.#head.height, findings, count, checked: { ...archives, ...blocks, ...rest } }
  }

  /** The heights to look at, both included. */
  #heights(): { readonly from: bigint; readonly to: bigint } {
    const { range } = this.#options
    const heights = range?.kind === 'heights' ? range : undefined
    const to = heights?.to === undefined || heights.to > this.#head.height ? this.#head.height : heights.to
    const first = this.#head.base === undefined ? 0n : this.#head.base.height + 1n
    const from = heights?.from ?? 0n
    return { from: from < first ? first : from, to }
  }

  #archive(): Promise<number> {
    const { tables, repair, onProgress } = this.#options
    return checkArchive({
      ...this.#shared(),
      ...this.#heights(),
      tables,
      repair: repair === true,
      onProgress: (done, total) => onProgress?.('archive', done, total),
    })
  }

  async #blocks(): Promise<BlockSums> {
    const { tables, genesis, repair, range, onProgress } = this.#options
    const { from: first, to } = this.#heights()
    const { base } = this.#head
    const found = this.#found?.blocks
    const options: BlockCheckOptions = {
      ...this.#shared(),
      tables,
      genesis,
      chain: chainIdOf(genesis),
      repair: repair === true,
      from: found?.next ?? first,
      to,
      head: this.#head.height,
      onPlace: (next, sums) => this.#note(() => ({ blocks: { next, sums } })),
      onProgress: (done, total) => onProgress?.('blocks', done, total),
      ...(found === undefined ? {} : { sums: found.sums }),
      ...(base === undefined ? {} : { base }),
    }
    const sums = await checkBlocks(options)
    if (range !== undefined) return sums
    const brought = base === undefined ? 0 : await checkBase(options, base)
    await checkTransactions(options, sums.transactions + brought)
    return sums
  }

  async #stateAndBlobs(blocks: BlockSums): Promise<StateSums & { readonly blobs: number }> {
    const { store, tables, repair, onProgress } = this.#options
    const owners = this.#owners
    const done = { next: this.#head.height + 1n, sums: blocks }
    const root = await placeRoot(tables, this.#head, this.#findings, repair === true)
    let isStateDone = false
    const [{ sums, missingBlobs }, seen] = await sideBySide(
      this.#options.signal,
      async (signal) => {
        const checked = await checkState({
          ...this.#shared(),
          signal,
          tables,
          owners,
          root,
          repair: repair === true,
          ...(this.#found?.state === undefined ? {} : { resume: this.#found.state }),
          isNoteDue: () => this.#isNoteDue(),
          onPlace: (state: StatePlace) => this.#note(() => ({ blocks: done, state })),
          onProgress: (count, total) => onProgress?.('state', count, total),
        })
        isStateDone = true
        return checked
      },
      (signal) => lookAtBlobs(tables, (count) => isStateDone && onProgress?.('blobs', count, 0), signal),
    )
    onProgress?.('blobs', seen.count, 0)
    await checkBlobs({ ...this.#shared(), tables, repair: repair === true, seen, missing: missingBlobs })
    // Read through a damaged state, they would all look damaged.
    const isSound = !this.#findings.list.some(({ check, repaired }) => stateChecks.has(check) && !repaired)
    onProgress?.('before-images', 0, 0)
    // The store reads at the height that it takes for the head.
    const isHead = (await store.head())?.height === this.#head.height
    if (isSound && isHead) await checkBeforeImages({ ...this.#shared(), store, tables, owners }, this.#head.height)
    return { ...sums, blobs: seen.count }
  }

  #shared(): { readonly findings: Findings; readonly signal?: AbortSignal } {
    const { signal } = this.#options
    return { findings: this.#findings, ...(signal === undefined ? {} : { signal }) }
  }

  #isNoteDue(): boolean {
    const { place, noteInterval = checkpointInterval } = this.#options
    return place !== undefined && performance.now() - this.#noted >= noteInterval
  }

  async #note(where: () => Pick<Place, 'blocks' | 'state'>): Promise<void> {
    const { place } = this.#options
    if (place === undefined || !this.#isNoteDue()) return
    const { list: findings, count } = this.#findings
    await writePlace(place.file, { of: this.#of, findings, count, ...where() })
    this.#noted = performance.now()
  }
}
