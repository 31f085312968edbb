import type { FoundBlock, Tables } from '../store/index.ts'
import { blockPortion } from './limits.ts'

/** All that is stored of the heights from `from` until `until`; heights without a block are left out of `blocks`. */
export type BlockPortion = {
  readonly from: bigint
  readonly until: bigint
  readonly blocks: readonly FoundBlock[]
  readonly headers: ReadonlyMap<bigint, Uint8Array>
  /** Heights whose header the node will ask for. */
  readonly wanted: ReadonlySet<bigint>
}

/** Portions of the heights from `from` to `to`, both included; the next one is read while the reader looks at one. */
export async function* blockPortions(tables: Tables, from: bigint, to: bigint): AsyncGenerator<BlockPortion> {
  if (from > to) return
  let next = readPortion(tables, from, to)
  for (;;) {
    const portion = await next
    if (portion.until > to) return yield portion
    next = readPortion(tables, portion.until, to)
    // Whoever waits for it hears of a failure.
    next.catch(() => undefined)
    yield portion
  }
}

async function readPortion(tables: Tables, from: bigint, to: bigint): Promise<BlockPortion> {
  const left = to - from + 1n
  const found = await tables.blocks(from, Number(left < blockPortion ? left : blockPortion))
  const blocks = found.filter(({ height }) => height <= to)
  const until = found.length > blocks.length ? to + 1n : (blocks.at(-1)?.height ?? to) + 1n
  const [headers, wanted] = [await tables.signedHeaders(from, until), await tables.wantedHeaders(from, until)]
  return { from, until, blocks, headers, wanted }
}
