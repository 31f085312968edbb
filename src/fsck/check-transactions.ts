/** Ids of executed transactions, against the blocks that they name. */
import { decodeBlock } from '../chain/index.ts'
import { decodeEnvelope, equalBytes, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { BlockCheckOptions } from './check-blocks.ts'
import { transactionPortion } from './limits.ts'
import { quietly } from './quietly.ts'

/** Ids that no block has: what is listed beyond what was executed. Only after all blocks. */
export async function checkTransactions(
  { tables, findings, repair, head, signal }: BlockCheckOptions,
  executed: number,
): Promise<void> {
  if ((await tables.count('transactions')) === BigInt(executed)) return
  let after: Uint8Array | undefined
  for (;;) {
    signal?.throwIfAborted()
    const rows = await tables.scanTransactions(after, transactionPortion)
    for (const { id, height, position } of rows) {
      if (findings.has('blocks', `height ${height}`)) continue
      const [stored] = await tables.blocks(height, 1)
      const isThere = stored?.height === height
      // A block that can't be read may hold it: without its id, the transaction could be executed again.
      if (!isThere && height >= 0n && height <= head) continue
      const input = isThere ? quietly(() => decodeBlock(stored.block)) : undefined
      const bytes = input?.transactions[position]
      const signed = bytes === undefined ? undefined : quietly(() => decodeEnvelope(bytes))
      if (signed !== undefined && equalBytes(sha256(signed.payload), id)) continue
      findings.add('transactions', toHex(id), `it is listed at height ${height}, which does not have it`, {
        repairable: true,
        repaired: repair,
      })
      if (repair) await tables.removeTransaction(id)
    }
    after = rows.at(-1)?.id
    if (after === undefined) return
  }
}
