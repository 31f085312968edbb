/** Replays recorded blocks over a fresh store: the same history must give the same roots. */
import { equalBytes } from '../codec/index.ts'
import { decodeBlock } from './archive.ts'
import type { Chain } from './chain.ts'
import { chainError } from './errors.ts'
import { engineGenesis, type Genesis } from './genesis.ts'

export type RecordedBlock = { readonly block: Uint8Array; readonly root: Uint8Array }

/** Executes and commits each block in turn. @throws chain.replay-differs at the first root that is not the recorded one */
export async function replayBlocks(chain: Chain, genesis: Genesis, blocks: Iterable<RecordedBlock>): Promise<void> {
  await chain.initChain(engineGenesis(genesis))
  for (const { block, root } of blocks) {
    const input = decodeBlock(block)
    const { appHash } = await chain.finalizeBlock(input)
    if (!equalBytes(appHash, root)) {
      throw chainError('replay-differs', { height: input.height, found: appHash, recorded: root })
    }
    await chain.commit()
  }
}
