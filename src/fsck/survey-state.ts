/**
 * One look at the whole state without look-ups: each table is read once, in order, and what must be there because of one
 * is weighed against what is there in the next. It says only that all is well; what is wrong where, the walk says.
 */
import { sha256 } from '../crypto/index.ts'
import type { Owners } from '../host/index.ts'
import type { TreeName } from '../state/index.ts'
import type { StoreTable, TableRow, Tables } from '../store/index.ts'
import { type Followed, followRecord } from './follow-record.ts'
import { emptyLeafCheck, type LeafCheckState } from './leaf-check-state.ts'
import { scanPortion } from './limits.ts'
import type { PatchedTable } from './patched-table.ts'
import { type BalanceState, RowBalance } from './row-balance.ts'
import { TreeWalk } from './tree-walk.ts'

/** Records are weighed against the leaves of the tree that their collection names. */
const balanceNames = ['standing', 'records', 'indexes'] as const satisfies readonly (TreeName | 'indexes')[]
type BalanceName = (typeof balanceNames)[number]

/** How far a survey has come: the last row of a table, and what was seen up to it. */
export type SurveyPlace = {
  readonly kind: 'survey'
  readonly table: StoreTable
  readonly after: Uint8Array
  readonly pages: number
  /** Rows of all tables. */
  readonly rows: number
  readonly state: LeafCheckState
  readonly balances: Readonly<Record<BalanceName, BalanceState>>
}

export type SurveyOptions = {
  readonly tables: Tables
  readonly owners: Owners
  readonly pages: PatchedTable
  readonly records: PatchedTable
  readonly indexes: PatchedTable
  /** The head's root. */
  readonly root: Uint8Array
  readonly isNoteDue: () => boolean
  readonly onPlace: (place: SurveyPlace) => Promise<void>
  readonly onProgress: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What was seen of a state in which nothing is wrong but, perhaps, that blobs are missing. */
export type SoundState = { readonly pages: number; readonly state: LeafCheckState }

/** @returns undefined when something is wrong */
export async function surveyState(options: SurveyOptions, resume?: SurveyPlace): Promise<SoundState | undefined> {
  return new Survey(options, resume).run()
}

class Survey {
  readonly #options: SurveyOptions
  readonly #resume: SurveyPlace | undefined
  readonly #state: LeafCheckState
  readonly #balances: Readonly<Record<BalanceName, RowBalance>>
  #pages: number
  #rows: number
  /** Blobs are asked for while the next records are looked at. */
  #asking: Promise<void> | undefined

  constructor(options: SurveyOptions, resume: SurveyPlace | undefined) {
    this.#options = options
    this.#resume = resume
    this.#state = resume?.state ?? emptyLeafCheck()
    this.#balances = {
      standing: new RowBalance(resume?.balances.standing),
      records: new RowBalance(resume?.balances.records),
      indexes: new RowBalance(resume?.balances.indexes),
    }
    this.#pages = resume?.pages ?? 0
    this.#rows = resume?.rows ?? 0
  }

  async run(): Promise<SoundState | undefined> {
    const { pages, records, indexes } = this.#options
    const total = Number((await pages.count()) + (await records.count()) + (await indexes.count()))
    const isSound =
      (await this.#lookAtPages(total)) &&
      (await this.#scan(records, total, (rows) => this.#lookAtRecords(rows))) &&
      this.#balances.standing.isEven &&
      this.#balances.records.isEven &&
      (await this.#scan(indexes, total, (rows) => this.#lookAtIndexes(rows))) &&
      this.#balances.indexes.isEven
    return isSound ? { pages: this.#pages, state: this.#state } : undefined
  }

  async #lookAtPages(total: number): Promise<boolean> {
    const { pages, root } = this.#options
    if (this.#isBehind('pages')) return true
    const walk = await TreeWalk.begin(pages, root, this.#resume?.after)
    const isWhole = () => walk.damaged.length + walk.extra.length === 0
    const isSound = await this.#scan(pages, total, (rows) => {
      this.#pages += rows.length
      for (const row of rows) {
        for (const { tree, leaf } of walk.visit(row)) {
          this.#state.leaves += 1
          this.#balances[tree].expect(leaf.key, leaf.valueHash)
        }
      }
      return isWhole()
    })
    walk.end()
    return isSound && isWhole()
  }

  async #lookAtRecords(rows: readonly TableRow[]): Promise<boolean> {
    const { owners } = this.#options
    const followed: Followed = { entries: [], blobs: [] }
    for (const { key, value } of rows) {
      const tree = owners.treeOf(key) ?? 'records'
      this.#balances[tree].find(key, sha256(value))
      followRecord(owners, { tree, key, value }, this.#state, followed)
    }
    for (const { key, value } of followed.entries) this.#balances.indexes.expect(key, value)
    this.#state.indexes += followed.entries.length
    await this.#asking
    this.#asking = this.#askFor(followed.blobs)
    // Whoever waits for it hears of a failure.
    this.#asking.catch(() => undefined)
    return this.#state.odd.length === 0
  }

  #lookAtIndexes(rows: readonly TableRow[]): boolean {
    for (const { key, value } of rows) this.#balances.indexes.find(key, value)
    return true
  }

  async #askFor(blobs: readonly Uint8Array[]): Promise<void> {
    this.#state.blobs += blobs.length
    if (blobs.length > 0) this.#state.missingBlobs.push(...(await this.#options.tables.missingBlobs(blobs)))
  }

  /** Whether an earlier run has been through with a table. */
  #isBehind(table: StoreTable): boolean {
    const order: readonly StoreTable[] = ['pages', 'records', 'indexes']
    return this.#resume !== undefined && order.indexOf(table) < order.indexOf(this.#resume.table)
  }

  /** @returns false as soon as `look` does */
  async #scan(
    rows: PatchedTable,
    total: number,
    look: (rows: readonly TableRow[]) => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const { table } = rows
    const { isNoteDue, onPlace, onProgress, signal } = this.#options
    if (this.#isBehind(table)) return true
    const after = this.#resume?.table === table ? this.#resume.after : undefined
    for await (const portion of rows.portions(scanPortion, after)) {
      signal?.throwIfAborted()
      if (!(await look(portion))) return false
      this.#rows += portion.length
      onProgress(this.#rows, total)
      if (!isNoteDue()) continue
      await this.#asking
      await onPlace(this.#placeAfter(table, portion.at(-1)!.key))
    }
    await this.#asking
    return true
  }

  #placeAfter(table: StoreTable, after: Uint8Array): SurveyPlace {
    const { standing, records, indexes } = this.#balances
    const balances = { standing: standing.state, records: records.state, indexes: indexes.state }
    return { kind: 'survey', table, after, pages: this.#pages, rows: this.#rows, state: this.#state, balances }
  }
}
