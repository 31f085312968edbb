/** Blocks whose row has another height than they say: where the history has a gap, one such row may fill it. */
import { decodeBlock } from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { stateRoot, treeRoot } from '../state/index.ts'
import type { StoredBlock, Tables } from '../store/index.ts'
import { isDamage } from './damage.ts'
import type { Findings } from './finding.ts'
import { unflip } from './unflip.ts'

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

/**
 * The newest block's root, which no header signs yet: when the pages have one that differs in a single bit, it is the row
 * that is damaged. @returns the root to check the state against
 */
export async function placeRoot(
  tables: Tables,
  { height, root }: PlacedHead,
  findings: Findings,
  repair: boolean,
): Promise<Uint8Array> {
  const read = (keys: readonly Uint8Array[]) => tables.read('pages', keys)
  try {
    const found = stateRoot(await treeRoot('standing', read), await treeRoot('records', read))
    if (equalBytes(found, root) || unflip(root, (trial) => equalBytes(trial, found)) === undefined) return root
    findings.add('blocks', `height ${height}`, 'one bit of its root was flipped', {
      repairable: true,
      repaired: repair,
    })
    const [stored] = await tables.blocks(height, 1)
    if (repair && stored?.height === height) await tables.putBlock({ ...stored, root: found })
    return found
  } catch (error) {
    // Pages that can't be read are made again later.
    if (isDamage(error)) return root
    throw error
  }
}
