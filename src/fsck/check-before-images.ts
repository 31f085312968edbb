/** Before-images: with them, reads at the last heights must find the state that each of those heights left. */

import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { Owners } from '../host/index.ts'
import { stateRoot, treeRoot } from '../state/index.ts'
import { type ReadView, type Store, type Tables, viewWindow } from '../store/index.ts'
import { isDamage } from './damage.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { readHeights } from './limits.ts'
import { differenceOf, type TreeDifference } from './tree-difference.ts'

type Sources = {
  readonly store: Store
  readonly tables: Tables
  readonly owners: Owners
  readonly findings: Findings
  readonly signal?: AbortSignal
}

/** Only after the state itself is sound: what reads at the head get wrong, reads before it get wrong too. */
export async function checkBeforeImages(sources: Sources, head: bigint): Promise<void> {
  const { tables, findings, signal } = sources
  for (const height of await tables.beforeImageHeights()) {
    signal?.throwIfAborted()
    const report = (what: string) => findings.add('before-images', `height ${height}`, what, beyondRepair)
    if (await tables.areBeforeImagesStrange(height))
      report('they are not what was written: reads at earlier heights fail until they are older than is kept')
    if (height > head || height <= head - viewWindow - 1n) {
      report('it lies outside of the heights that are kept')
      continue
    }
    if (height <= head - readHeights) continue
    const [before] = await tables.blocks(height - 1n, 1)
    if (before?.height !== height - 1n) continue
    try {
      await compare(sources, height, before.root, report)
    } catch (error) {
      if (!isDamage(error)) throw error
      report(`the state before it can not be read: ${error.message}`)
    }
  }
}

async function compare(
  { owners, store }: Sources,
  height: bigint,
  root: Uint8Array,
  report: (what: string) => void,
): Promise<void> {
  const view = await store.view(height - 1n)
  const later = await store.view(height).catch(async (error: unknown) => {
    await view.close()
    throw error
  })
  try {
    const before = (keys: readonly Uint8Array[]) => view.read('pages', keys)
    const after = (keys: readonly Uint8Array[]) => later.read('pages', keys)
    const roots = [await treeRoot('standing', before), await treeRoot('records', before)] as const
    if (!equalBytes(stateRoot(...roots), root)) report(`with it, the state at height ${height - 1n} has another root`)
    const changes: ChangedRecord[] = []
    for (const [index, tree] of (['standing', 'records'] as const).entries()) {
      const rootsOfTree = { before: roots[index]!, after: await treeRoot(tree, after) }
      const difference = await differenceOf(tree, { before, after }, rootsOfTree)
      if (!difference.isSound) report('a page of it is not what it was')
      changes.push(...(await changedRecords(difference, view, later)))
    }
    if (!changes.every(wasSo)) report(`a record of it is not the one of the state at height ${height - 1n}`)
    else if (!(await areIndexesSo(owners, changes, view))) report('an index entry of it is not what it was')
  } finally {
    await later.close()
    await view.close()
  }
}

/** A record that a block changed: what reads find before and after it, and what its leaf said before. */
type ChangedRecord = {
  readonly key: Uint8Array
  readonly hashBefore: Uint8Array | undefined
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

async function changedRecords(
  difference: TreeDifference,
  view: ReadView,
  later: ReadView,
): Promise<readonly ChangedRecord[]> {
  const leaves = new Map([...difference.after, ...difference.before].map((leaf) => [toHex(leaf.key), leaf]))
  const hashes = new Map(difference.before.map(({ key, valueHash }) => [toHex(key), valueHash]))
  const keys = [...leaves.values()].map(({ key }) => key)
  const [before, after] = [await view.read('records', keys), await later.read('records', keys)]
  return [...leaves].map(([id, { key }]) => ({
    key,
    hashBefore: hashes.get(id),
    before: before.get(id),
    after: after.get(id),
  }))
}

function wasSo({ hashBefore, before }: ChangedRecord): boolean {
  if (hashBefore === undefined || before === undefined) return hashBefore === undefined && before === undefined
  return equalBytes(sha256(before), hashBefore)
}

/** Before the block, its records' indexes led to them, and those that came with it were not there. */
async function areIndexesSo(owners: Owners, changes: readonly ChangedRecord[], view: ReadView): Promise<boolean> {
  const expected = new Map<string, { readonly key: Uint8Array; readonly record: Uint8Array | undefined }>()
  for (const side of ['after', 'before'] as const) {
    for (const change of changes) {
      const owner = owners.of(change.key)
      const value = change[side]
      if (owner?.part !== 'record' || value === undefined) continue
      for (const key of owner.collection.consequences(value).indexes) {
        expected.set(toHex(key), { key, record: side === 'before' ? change.key : undefined })
      }
    }
  }
  const rows = [...expected.values()]
  const found = await view.read(
    'indexes',
    rows.map(({ key }) => key),
  )
  return rows.every(({ key, record }) => {
    const leads = found.get(toHex(key))
    return record === undefined || leads === undefined ? record === leads : equalBytes(record, leads)
  })
}
