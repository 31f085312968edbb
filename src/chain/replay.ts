/** Replays recorded blocks over a fresh store: the same history must give the same roots. */
import { equalBytes } from '../codec/index.ts'
import { decodeResult, encodeResults } from '../host/index.ts'
import { decodeBlock } from './archive.ts'
import type { Chain } from './chain.ts'
import { chainError } from './errors.ts'
import { engineGenesis, type Genesis } from './genesis.ts'

/** A block as it is archived, the root that it gave and its results. */
export type RecordedBlock = { readonly block: Uint8Array; readonly root: Uint8Array; readonly results: Uint8Array }

/** Executes and commits each block in turn. @throws chain.replay-differs at the first root or result that is not the recorded one */
export async function replayBlocks(chain: Chain, genesis: Genesis, blocks: Iterable<RecordedBlock>): Promise<void> {
  await chain.initChain(engineGenesis(genesis))
  for (const { block, root, results: recorded } of blocks) {
    const input = decodeBlock(block)
    const { appHash, results } = await chain.finalizeBlock(input)
    const found = encodeResults(results.map(({ data }) => decodeResult(data)))
    if (!equalBytes(appHash, root) || !equalBytes(found, recorded)) {
      throw chainError('replay-differs', { height: input.height, found: appHash, recorded: root })
    }
    await chain.commit()
  }
}
