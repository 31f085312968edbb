/** The rows of some blocks in a row: what one transaction of the follower writes. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CommonrootError } from '../errors/index.ts'
import { type Followed, followerError, type ProjectedRow, type Store } from '../store/index.ts'
import { FollowedBlock } from './followed-block.ts'
import { maximumRows, turn } from './limits.ts'
import type { Projection } from './projection.ts'

export type Portion = { readonly to: Followed; readonly rows: ReadonlyMap<string, readonly ProjectedRow[]> }

/**
 * Reads the blocks behind `from`, up to `until`, at most `limit`, and no more once they have many rows.
 * @returns undefined when the very next block is not in the store any more
 * @throws follower.block-unreadable; what reading the store throws
 */
export async function readPortion(
  store: Pick<Store, 'block'>,
  projections: readonly Projection[],
  from: bigint,
  until: bigint,
  limit: number,
): Promise<Portion | undefined> {
  const rows = new Map<string, ProjectedRow[]>()
  const last = until - from > BigInt(limit) ? from + BigInt(limit) : until
  let to: Followed | undefined
  let count = 0
  let began = performance.now()
  for (let height = from + 1n; height <= last && count < maximumRows; height++) {
    const stored = await store.block(height)
    if (stored === undefined) break
    const block = new FollowedBlock(stored)
    for (const projection of projections) {
      for (const row of rowsOf(projection, block)) {
        const others = rows.get(row.table)
        if (others === undefined) rows.set(row.table, [row])
        else others.push(row)
        count++
        // A block of a thousand certificates is long to read: everything else that waits has its turn in between.
        if (performance.now() - began < turn) continue
        await nextTurn()
        began = performance.now()
      }
    }
    to = { height, time: stored.time, root: stored.root }
  }
  return to === undefined ? undefined : { to, rows }
}

function* rowsOf(projection: Projection, block: FollowedBlock): Iterable<ProjectedRow> {
  try {
    yield* projection.rows(block)
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    const { height } = block
    throw followerError('block-unreadable', { projection: projection.name, height, reason: error.message }, error)
  }
}
