/** Blocks whose row has another height than they say: where the history has a gap, one such row may fill it. */
import { decodeBlock } from '../chain/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { StoredBlock, Tables } from '../store/index.ts'
import type { Findings } from './finding.ts'

/** The newest block that stands where it belongs. */
export type PlacedHead = Pick<StoredBlock, 'height' | 'root'>

/** Puts misplaced rows right, or says so. @returns undefined for a store without blocks */
export async function placeBlocks(
  tables: Tables,
  findings: Findings,
  repair: boolean,
): Promise<PlacedHead | undefined> {
  const misplaced = new Set<bigint>()
  for (const height of await tables.islandEnds()) {
    const own = await ownHeight(tables, height)
    if (own === undefined || own === height || (await tables.blocks(own, 1))[0]?.height === own) continue
    misplaced.add(height)
    findings.add('blocks', `height ${own}`, `its row has height ${height}`, { repairable: true, repaired: repair })
    if (repair) await tables.moveBlock(height, own)
  }
  const standing = repair ? new Set<bigint>() : misplaced
  return (await tables.newest(standing.size + 1)).find(({ height }) => !standing.has(height))
}

async function ownHeight(tables: Tables, height: bigint): Promise<bigint | undefined> {
  const [stored] = await tables.blocks(height, 1)
  try {
    return stored === undefined ? undefined : decodeBlock(stored.block).height
  } catch (error) {
    // The genesis is no block, and what can't be read is said elsewhere.
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}
