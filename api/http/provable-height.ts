/** What can be proven at this moment, without waiting for more. */
import type { LedgerNode } from '../../src/node/index.ts'
import { maximumUnsigned } from './limits.ts'

/** The newest height that has a signed header; 0 before the first. */
export async function newestHeader(node: Pick<LedgerNode, 'chain' | 'signedHeader'>): Promise<bigint> {
  const head = node.chain.head?.height ?? 0n
  for (let height = head; height > 0n && height > head - maximumUnsigned; height--) {
    if ((await node.signedHeader(height)) !== undefined) return height
  }
  return 0n
}

/** A header carries the root after the block before it. */
export async function provableHeight(node: Pick<LedgerNode, 'chain' | 'signedHeader'>): Promise<bigint> {
  const newest = await newestHeader(node)
  return newest === 0n ? 0n : newest - 1n
}
