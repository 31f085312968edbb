/** Blocks that are too large for one statement: each counts up a record and a page, and brings rows of its own. */
import { utf8 } from '../../src/codec/index.ts'
import type { BlockWrite } from '../../src/store/index.ts'
import { blockAt, put, sha256 } from './blocks.ts'

/** Bytes of a block by itself. */
export const largeBytes = 300_000

export function largeBlock(height: bigint): BlockWrite {
  const own = `own ${height}`
  const count = put('count', height === 1n ? null : `${height - 1n}`, `${height}`)
  const former = height === 1n ? [] : [put(`own ${height - 1n}`, `own ${height - 1n}`, null)]
  const filler = Array.from({ length: 200 }, (_, index) => put(`${own} ${index}`, null, own))
  const block = new Uint8Array(largeBytes).fill(Number(height))
  return blockAt(height, {
    block,
    records: [count, ...former, put(own, null, own), ...filler],
    indexes: [put(own, null, own)],
    pages: [count],
    blobs: [{ digest: sha256(block), offset: 0, length: largeBytes }],
    transactions: [{ id: sha256(utf8(own)), position: 0 }],
  })
}
