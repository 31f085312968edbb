import type { Chain, RecordedBlock } from '../../src/chain/index.ts'

/** All archived blocks of a chain after its genesis, in order of height, with what they gave. */
export async function recordedBlocks(chain: Chain): Promise<readonly RecordedBlock[]> {
  const blocks: RecordedBlock[] = []
  for (let height = 1n; height <= (chain.head?.height ?? 0n); height++) {
    const stored = await chain.store.block(height)
    if (stored === undefined) throw new TypeError(`block ${height} is not archived`)
    const { block, root, results } = stored
    blocks.push({ block, root, results })
  }
  return blocks
}
