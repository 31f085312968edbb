/** A part of the records, by the beginning of their keys: each is proven against the head's root, as a reader would. */
import { equalBytes, toHex } from '../codec/index.ts'
import { type Owners, startsWith } from '../host/index.ts'
import { proveLeaf, rootOf, stateRoot, type TreeName, treeRoot } from '../state/index.ts'
import type { Tables } from '../store/index.ts'
import { isDamage } from './damage.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { recordPortion } from './limits.ts'
import { recordName } from './names.ts'
import { PatchedTable } from './patched-table.ts'

export type RecordCheckOptions = {
  readonly tables: Tables
  readonly owners: Owners
  readonly root: Uint8Array
  readonly findings: Findings
  /** What the keys begin with. */
  readonly prefix: Uint8Array
  readonly onProgress: (done: number) => void
  readonly signal?: AbortSignal
}

/** @returns how many were looked at */
export async function checkRecords(options: RecordCheckOptions): Promise<number> {
  const { tables, owners, root, findings, prefix, onProgress, signal } = options
  const records = new PatchedTable(tables, 'records')
  const read = (keys: readonly Uint8Array[]) => tables.read('pages', keys)
  const roots: Readonly<Record<TreeName, Uint8Array>> = {
    standing: await treeRoot('standing', read),
    records: await treeRoot('records', read),
  }
  if (!equalBytes(stateRoot(roots.standing, roots.records), root)) {
    findings.add('pages', 'the roots', "together they do not give the head's root", beyondRepair)
    return 0
  }
  let count = 0
  const own = (await tables.read('records', [prefix])).get(toHex(prefix))
  const check = async (key: Uint8Array, value: Uint8Array) => {
    count += 1
    const reason = await complaintOf(owners.treeOf(key) ?? 'records', key, value)
    if (reason !== undefined) findings.add('records', recordName(key), reason, beyondRepair)
  }
  const complaintOf = async (tree: TreeName, key: Uint8Array, value: Uint8Array): Promise<string | undefined> => {
    try {
      const proven = await proveLeaf(tree, read, key, value)
      return equalBytes(rootOf(proven), roots[tree]) ? undefined : 'its path does not lead to the root'
    } catch (error) {
      if (!isDamage(error)) throw error
      return error.message
    }
  }
  if (own !== undefined) await check(prefix, own)
  for await (const rows of records.portions(recordPortion, prefix)) {
    signal?.throwIfAborted()
    for (const { key, value } of rows) {
      if (!startsWith(key, prefix)) return count
      await check(key, value)
    }
    onProgress(count)
  }
  return count
}
