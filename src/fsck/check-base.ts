/** What came with a snapshot in place of blocks: ids of executed transactions, against the leaves that remember them. */
import { concat, equalBytes, toHex, uint64Bytes } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { recentTransactions } from '../host/index.ts'
import { recordAddress } from '../module/index.ts'
import type { Head } from '../store/index.ts'
import type { BlockCheckOptions } from './check-blocks.ts'
import { beyondRepair } from './finding.ts'
import { transactionPortion } from './limits.ts'
import { quietly } from './quietly.ts'

/** @returns how many ids came with it */
export async function checkBase({ tables, findings, signal }: BlockCheckOptions, base: Head): Promise<number> {
  const byHeight = new Map<bigint, Uint8Array[]>()
  let count = 0
  for (let after: Uint8Array | undefined; ; ) {
    signal?.throwIfAborted()
    const rows = await tables.scanTransactions(after, transactionPortion)
    for (const { id, height } of rows) {
      if (height > base.height) continue
      count += 1
      const ids = byHeight.get(height)
      // They come in byte order, as the leaf has them.
      if (ids === undefined) byHeight.set(height, [id])
      else ids.push(id)
    }
    after = rows.at(-1)?.id
    if (after === undefined) break
  }
  for (const [height, ids] of byHeight) {
    const { key } = recordAddress(recentTransactions, uint64Bytes(height))
    const stored = (await tables.read('records', [key])).get(toHex(key))
    const recent = stored === undefined ? undefined : quietly(() => recentTransactions.decode(stored))
    // A leaf that is gone has outlived its transactions.
    if (recent === undefined || equalBytes(recent.ids, sha256(concat(...ids)))) continue
    const what = 'the ids of its transactions are not those of the leaf of recent ids'
    findings.add('transactions', `height ${height}`, what, beyondRepair)
  }
  return count
}
