/** The state: both trees from the head's root down to every record, and what hangs on records. Mends in memory. */
import { equalBytes, fromHex, toHex } from '../codec/index.ts'
import type { Owners } from '../host/index.ts'
import { updateTree } from '../state/index.ts'
import type { TableRow, Tables } from '../store/index.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { LeafCheck } from './leaf-check.ts'
import { emptyLeafCheck, type LeafCheckState } from './leaf-check-state.ts'
import { maximumRounds, pagePortion, recordPortion } from './limits.ts'
import { mendPages } from './mend-pages.ts'
import { mendRecords } from './mend-records.ts'
import { pageName, recordName } from './names.ts'
import { PatchedTable } from './patched-table.ts'
import { type SurveyPlace, surveyState } from './survey-state.ts'
import { type DamagedPage, TreeWalk } from './tree-walk.ts'

export type StateCheckOptions = {
  readonly tables: Tables
  readonly owners: Owners
  /** The head's root. */
  readonly root: Uint8Array
  readonly findings: Findings
  readonly repair: boolean
  /** Where an earlier walk had got to. */
  readonly resume?: StatePlace
  /** Whether it is time to say where it is. */
  readonly isNoteDue: () => boolean
  readonly onPlace: (place: StatePlace) => Promise<void>
  readonly onProgress: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export type StatePlace = SurveyPlace | WalkPlace

/** How far the first walk has come: the last page, and what was seen up to it. */
export type WalkPlace = {
  readonly kind: 'walk'
  readonly after: Uint8Array
  readonly pages: number
  readonly damaged: readonly DamagedPage[]
  readonly extra: readonly Uint8Array[]
  readonly state: LeafCheckState
}

export type StateSums = { readonly records: number; readonly pages: number; readonly indexes: number }

type Round = {
  readonly damaged: readonly DamagedPage[]
  readonly extraPages: readonly Uint8Array[]
  readonly pages: number
  readonly state: LeafCheckState
}

/** @returns what was looked at, and the blobs that records want and that are not there */
export async function checkState(
  options: StateCheckOptions,
): Promise<{ readonly sums: StateSums; readonly missingBlobs: readonly Uint8Array[] }> {
  const { tables, findings, repair } = options
  const pages = new PatchedTable(tables, 'pages')
  const records = new PatchedTable(tables, 'records')
  const indexes = new PatchedTable(tables, 'indexes')
  const mended = { repairable: true, repaired: repair } as const
  const sources = { ...options, pages, records, indexes }

  let round = await lookAtAll(sources, options.resume)
  // What lies under a damaged page, or hangs on a damaged record, can be judged only when that one is mended.
  for (let rounds = 1; rounds < maximumRounds; rounds++) {
    const pageCount = await mendPages(sources, round.damaged, round.extraPages, (where, what) =>
      findings.add('pages', where, what, mended),
    )
    const recordCount = await mendRecords(sources, round.state.unmet, (where, what) =>
      findings.add('records', where, what, mended),
    )
    if (pageCount + recordCount === 0) break
    round = await walk(sources)
  }

  for (const { tree, path, reason } of round.damaged) {
    findings.add('pages', pageName(tree, path), `${reason}; what lies below it was not checked`, beyondRepair)
  }
  for (const { leaf, value } of round.state.unmet) {
    const what = value === undefined ? 'it is missing' : 'its value is not the one of its leaf'
    findings.add('records', recordName(leaf.key), what, beyondRepair)
  }
  for (const { key, reason } of round.state.odd) findings.add('records', recordName(key), reason, beyondRepair)
  if (round.damaged.length === 0) await removeStrangers(sources, round)
  await mendIndexes(sources, round)
  compareCounters(findings, round.state)
  if (repair) {
    await tables.inTransaction(async () => {
      for (const table of [pages, records, indexes]) await table.apply()
    })
  }
  const { state } = round
  return {
    sums: { records: state.leaves, pages: round.pages, indexes: state.indexes },
    missingBlobs: state.missingBlobs,
  }
}

type Sources = StateCheckOptions & {
  readonly pages: PatchedTable
  readonly records: PatchedTable
  readonly indexes: PatchedTable
}

/** The walk asks for every record and index entry by its key: only where something is wrong. */
async function lookAtAll(sources: Sources, resume: StatePlace | undefined): Promise<Round> {
  if (resume?.kind === 'walk') return walk(sources, resume)
  const sound = await surveyState(sources, resume)
  return sound === undefined ? walk(sources) : { ...sound, damaged: [], extraPages: [] }
}

async function walk(sources: Sources, resume?: WalkPlace): Promise<Round> {
  const { pages, root, isNoteDue, onPlace, onProgress, signal } = sources
  const total = Number(await pages.count())
  const place = await TreeWalk.begin(pages, root, resume?.after)
  const state = resume?.state ?? emptyLeafCheck()
  const leaves = new LeafCheck(sources, state)
  place.damaged.push(...(resume?.damaged ?? []))
  place.extra.push(...(resume?.extra ?? []))
  let count = resume?.pages ?? 0
  for await (const rows of pages.portions(pagePortion, resume?.after)) {
    signal?.throwIfAborted()
    await leaves.add(rows.flatMap((row) => place.visit(row)))
    count += rows.length
    onProgress(count, total)
    // A later round has mended pages in memory: it begins anew when it is cut off.
    if (pages.patches.length > 0 || !isNoteDue()) continue
    await leaves.flush()
    const { damaged, extra } = place
    await onPlace({ kind: 'walk', after: rows.at(-1)!.key, pages: count, damaged, extra, state })
  }
  await leaves.flush()
  place.end()
  return { damaged: place.damaged, extraPages: place.extra, pages: count, state }
}

/** Records that no leaf knows. */
async function removeStrangers({ pages, records, owners, findings, repair }: Sources, { state }: Round): Promise<void> {
  const known = state.leaves - state.unmet.filter(({ value }) => value === undefined).length
  if ((await records.count()) === BigInt(known)) return
  const expected = new Set(state.unmet.map(({ leaf }) => toHex(leaf.key)))
  const read = (keys: readonly Uint8Array[]) => pages.read(keys)
  const isStrange = async (rows: readonly TableRow[]): Promise<boolean> => {
    for (const tree of ['standing', 'records'] as const) {
      const { pages: changed } = await updateTree(
        tree,
        read,
        rows.filter(({ key }) => (owners.treeOf(key) ?? 'records') === tree),
      )
      if (changed.length > 0) return true
    }
    return false
  }
  for await (const portion of records.portions(recordPortion)) {
    for (const { key } of await search(
      portion.filter(({ key }) => !expected.has(toHex(key))),
      isStrange,
    )) {
      records.patch(key, null)
      findings.add('records', recordName(key), 'it is there, but no leaf of the state knows it', {
        repairable: true,
        repaired: repair,
      })
    }
  }
}

/** Those of a list that `isStrange` objects to, found by halving. */
export async function search<Row>(
  rows: readonly Row[],
  isStrange: (rows: readonly Row[]) => Promise<boolean>,
): Promise<readonly Row[]> {
  if (rows.length === 0 || !(await isStrange(rows))) return []
  if (rows.length === 1) return rows
  const half = rows.length >> 1
  return [...(await search(rows.slice(0, half), isStrange)), ...(await search(rows.slice(half), isStrange))]
}

async function mendIndexes({ records, indexes, owners, findings, repair }: Sources, round: Round): Promise<void> {
  const { state, damaged } = round
  const mended = { repairable: true, repaired: repair } as const
  for (const { key, value, isThere } of state.wrongIndexes) {
    indexes.patch(key, value)
    const what = isThere
      ? `it leads to another record than ${recordName(value)}`
      : `it is missing for ${recordName(value)}`
    findings.add('indexes', recordName(key), what, mended)
  }
  // Records that could not be judged may be what the entries in excess lead to.
  if (damaged.length + state.unmet.length + state.odd.length > 0) return
  if ((await indexes.count()) === BigInt(state.indexes)) return
  for await (const portion of indexes.portions(recordPortion)) {
    const found = await records.read(portion.map(({ value }) => value))
    for (const { key, value } of portion) {
      const record = found.get(toHex(value))
      const owner = owners.of(value)
      const isOwed =
        record !== undefined &&
        owner?.part === 'record' &&
        owner.collection.consequences(record).indexes.some((index) => equalBytes(index, key))
      if (isOwed) continue
      indexes.patch(key, null)
      findings.add('indexes', recordName(key), 'it is there, but no record asks for it', mended)
    }
  }
}

function compareCounters(findings: Findings, { counted, counters, unmet, odd }: LeafCheckState): void {
  // Without all records there is nothing to count.
  if (unmet.length + odd.length > 0) return
  for (const id of new Set([...counted.keys(), ...counters.keys()])) {
    const [found, recount] = [counters.get(id) ?? 0n, counted.get(id) ?? 0n]
    if (found === recount) continue
    findings.add('counters', recordName(fromHex(id)), `it says ${found}, and ${recount} records count`, beyondRepair)
  }
}
