/** Pages made again: from the pages below them where those are sound, else from all records below them. */
import { concat, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { type Owners, startsWith } from '../host/index.ts'
import {
  buildTree,
  emptyHash,
  joinPage,
  type Leaf,
  leafOf,
  pageKey,
  pathNibble,
  type Slot,
  slotsInPage,
  stateRoot,
} from '../state/index.ts'
import { pagePortion, recordPortion } from './limits.ts'
import { pageName } from './names.ts'
import type { PatchedTable } from './patched-table.ts'
import { type DamagedPage, readPage } from './tree-walk.ts'

type Sources = {
  readonly pages: PatchedTable
  readonly records: PatchedTable
  readonly owners: Owners
  readonly root: Uint8Array
}

type PageRow = { readonly key: Uint8Array; readonly value: Uint8Array | null }

/** A subtree as it may be: its hash, and the rows that make it so. */
type Candidate = { readonly hash: Uint8Array; readonly rows: readonly PageRow[] }
type Candidates = ReadonlyMap<DamagedPage, Candidate>

/** Patches the pages that can be made again. @returns how many were mended */
export async function mendPages(
  sources: Sources,
  damaged: readonly DamagedPage[],
  extra: readonly Uint8Array[],
  report: (where: string, what: string) => void,
): Promise<number> {
  let mended = 0
  for (const key of extra) {
    sources.pages.patch(key, null)
    report(`page ${toHex(key)}`, 'it is there, but no page names it')
    mended += 1
  }
  let left = damaged
  for (const make of [fromPagesBelow, fromRecords]) {
    if (left.length === 0) break
    const fitting = await chooseFitting(sources, left, await make(sources, left))
    for (const [page, { rows }] of fitting) {
      if (rows.length === 0) continue
      for (const { key, value } of rows) sources.pages.patch(key, value)
      report(pageName(page.tree, page.path), page.reason)
      mended += 1
    }
    left = left.filter((page) => !fitting.has(page))
  }
  return mended
}

/** A candidate fits when it has the hash by which the page is named; the roots, when together they give the head's. */
async function chooseFitting(
  { pages, root }: Sources,
  damaged: readonly DamagedPage[],
  candidates: Candidates,
): Promise<Candidates> {
  const fitting = new Map<DamagedPage, Candidate>()
  const roots = new Map<string, readonly (Candidate & { readonly page: DamagedPage })[]>()
  for (const page of damaged) {
    const candidate = candidates.get(page)
    if (page.expected === undefined) {
      const stored = await storedRoot(pages, page)
      const made = candidate === undefined ? [] : [{ ...candidate, page }]
      roots.set(page.tree, stored === undefined ? made : [stored, ...made])
    } else if (candidate !== undefined && equalBytes(candidate.hash, page.expected)) fitting.set(page, candidate)
  }
  for (const standing of roots.get('standing') ?? []) {
    for (const records of roots.get('records') ?? []) {
      if (!equalBytes(stateRoot(standing.hash, records.hash), root)) continue
      return fitting.set(standing.page, standing).set(records.page, records)
    }
  }
  return fitting
}

/** The root page as it is, which may be sound: it is the other one that is not. Undefined when it can't be read. */
async function storedRoot(
  pages: PatchedTable,
  page: DamagedPage,
): Promise<(Candidate & { readonly page: DamagedPage }) | undefined> {
  const key = pageKey(page.tree, page.path)
  const bytes = (await pages.read([key])).get(toHex(key))
  if (bytes === undefined) return { page, hash: emptyHash, rows: [] }
  const stored = readPage(bytes)
  return stored === undefined ? undefined : { page, hash: stored.hash(), rows: [] }
}

/** The sixteen slots of each page: hashes of the pages below, and leaves where there is none. */
async function fromPagesBelow(sources: Sources, damaged: readonly DamagedPage[]): Promise<Candidates> {
  const children = new Map<DamagedPage, readonly (Uint8Array | undefined)[]>()
  for (const page of damaged) children.set(page, await hashesBelow(sources.pages, page))
  const leaves = await collectLeaves(
    sources,
    damaged,
    (page, keyHash) => children.get(page)?.[pathNibble(keyHash, page.path.length)] === undefined,
  )
  const candidates = new Map<DamagedPage, Candidate>()
  for (const page of damaged) {
    const { tree, path } = page
    const rows: PageRow[] = []
    const slots = Array.from({ length: slotsInPage }, (_, nibble): Slot => {
      const hash = children.get(page)?.[nibble]
      if (hash !== undefined) return { kind: 'child', hash }
      const own = leaves.get(page)?.filter(({ keyHash }) => pathNibble(keyHash, path.length) === nibble) ?? []
      if (own.length <= 1) return own[0] ?? null
      const below = buildTree(tree, concat(path, Uint8Array.of(nibble)), own)
      rows.push(...below.pages)
      return { kind: 'child', hash: below.hash }
    })
    if (slots.every((slot) => slot === null)) continue
    const { hash, ...row } = joinPage(tree, path, slots)
    candidates.set(page, { hash, rows: [row, ...rows] })
  }
  return candidates
}

async function hashesBelow(
  pages: PatchedTable,
  { tree, path }: DamagedPage,
): Promise<readonly (Uint8Array | undefined)[]> {
  const keys = Array.from({ length: slotsInPage }, (_, nibble) => pageKey(tree, concat(path, Uint8Array.of(nibble))))
  const found = await pages.read(keys)
  return keys.map((key) => {
    const bytes = found.get(toHex(key))
    const page = bytes === undefined ? undefined : readPage(bytes)
    return page?.soleLeafAt(1) === 'several' ? page.hash() : undefined
  })
}

/** The whole subtrees again, and away with what is stored of them besides. */
async function fromRecords(sources: Sources, damaged: readonly DamagedPage[]): Promise<Candidates> {
  const leaves = await collectLeaves(sources, damaged, () => true)
  const candidates = new Map<DamagedPage, Candidate>()
  for (const page of damaged) {
    const { hash, pages } = buildTree(page.tree, page.path, leaves.get(page) ?? [])
    const made = new Set(pages.map(({ key }) => toHex(key)))
    const stored = await keysBelow(sources.pages, page)
    const gone = stored.filter((key) => !made.has(toHex(key))).map((key) => ({ key, value: null }))
    candidates.set(page, { hash, rows: [...pages, ...gone] })
  }
  return candidates
}

async function keysBelow(pages: PatchedTable, { tree, path }: DamagedPage): Promise<readonly Uint8Array[]> {
  const prefix = pageKey(tree, path)
  const keys: Uint8Array[] = (await pages.read([prefix])).size > 0 ? [prefix] : []
  for await (const rows of pages.portions(pagePortion, prefix)) {
    const below = rows.filter(({ key }) => startsWith(key, prefix))
    keys.push(...below.map(({ key }) => key))
    if (below.length < rows.length) break
  }
  return keys
}

/** The leaves of records that stand below the damaged pages, in one pass over all records. */
async function collectLeaves(
  { records, owners }: Sources,
  damaged: readonly DamagedPage[],
  isWanted: (page: DamagedPage, keyHash: Uint8Array) => boolean,
): Promise<ReadonlyMap<DamagedPage, readonly Leaf[]>> {
  const leaves = new Map<DamagedPage, Leaf[]>(damaged.map((page) => [page, []]))
  for await (const rows of records.portions(recordPortion)) {
    for (const { key, value } of rows) {
      const tree = owners.treeOf(key)
      const keyHash = sha256(key)
      for (const page of damaged) {
        const stands = page.tree === tree && page.path.every((nibble, depth) => pathNibble(keyHash, depth) === nibble)
        if (stands && isWanted(page, keyHash)) leaves.get(page)?.push(leafOf(key, value))
      }
    }
  }
  return leaves
}
