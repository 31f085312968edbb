/** What is known of the state after some of its leaves: written down when a check is interrupted. */
import type { TableRow } from '../store/index.ts'
import type { PlacedLeaf } from './tree-walk.ts'

/** A leaf whose record is another one, or is not there. */
export type UnmetLeaf = PlacedLeaf & { readonly value: Uint8Array | undefined }

/** A record that its leaf proves and that is wrong all the same: no flipped bit, a defect. */
export type OddRecord = { readonly key: Uint8Array; readonly reason: string }

export type LeafCheckState = {
  /** Leaves seen. */
  leaves: number
  /** Index entries that there must be. */
  indexes: number
  blobs: number
  readonly unmet: UnmetLeaf[]
  readonly odd: OddRecord[]
  /** Entries that are missing or lead elsewhere, as they should be; `isThere` when a row has the key. */
  readonly wrongIndexes: (TableRow & { readonly isThere: boolean })[]
  readonly missingBlobs: Uint8Array[]
  /** By the key of the counter's leaf. */
  readonly counted: Map<string, bigint>
  readonly counters: Map<string, bigint>
}

export function emptyLeafCheck(): LeafCheckState {
  return {
    leaves: 0,
    indexes: 0,
    blobs: 0,
    unmet: [],
    odd: [],
    wrongIndexes: [],
    missingBlobs: [],
    counted: new Map(),
    counters: new Map(),
  }
}
