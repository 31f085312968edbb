import type { Store } from '../store/index.ts'

/**
 * The first block that the store still has, of those behind `gone`, which it does not have. Blocks are pruned from the
 * oldest on, so that the kept ones have no gap.
 * @param head a height whose block is there
 */
export async function firstKept(store: Pick<Store, 'block'>, gone: bigint, head: bigint): Promise<bigint> {
  let [missing, kept] = [gone, head]
  while (kept - missing > 1n) {
    const middle = (missing + kept) / 2n
    if ((await store.block(middle)) === undefined) missing = middle
    else kept = middle
  }
  return kept
}
