/** Records that their leaves do not know: the hash in a leaf says which value is right, when there is one to try. */
import { equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { UnmetLeaf } from './leaf-check-state.ts'
import { recordPortion } from './limits.ts'
import { recordName } from './names.ts'
import type { PatchedTable } from './patched-table.ts'
import { unflip } from './unflip.ts'

/**
 * Tries each bit of a damaged value, and for a missing record the rows whose value fits its leaf.
 * @returns how many were mended
 */
export async function mendRecords(
  { records }: { readonly records: PatchedTable },
  unmet: readonly UnmetLeaf[],
  report: (where: string, what: string) => void,
): Promise<number> {
  let mended = 0
  const missing = new Map<string, UnmetLeaf>()
  for (const each of unmet) {
    if (each.value === undefined) missing.set(toHex(each.leaf.valueHash), each)
    else {
      const value = unflip(each.value, (trial) => equalBytes(sha256(trial), each.leaf.valueHash))
      if (value === undefined) continue
      records.patch(each.leaf.key, value)
      report(recordName(each.leaf.key), 'one bit of its value was flipped')
      mended += 1
    }
  }
  if (missing.size === 0) return mended
  for await (const portion of records.portions(recordPortion)) {
    for (const { key, value } of portion) {
      const owed = missing.get(toHex(sha256(value)))
      if (owed === undefined || equalBytes(owed.leaf.key, key)) continue
      missing.delete(toHex(owed.leaf.valueHash))
      records.patch(key, null)
      records.patch(owed.leaf.key, value)
      report(recordName(owed.leaf.key), `it stood under another key, ${recordName(key)}`)
      mended += 1
    }
  }
  return mended
}
