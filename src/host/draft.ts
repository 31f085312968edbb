/** What a block has produced so far, beside the state: all of it is undone with a savepoint. */
import { type Fetch, Overlay } from './overlay.ts'

export type DraftEvent = {
  readonly transaction: number
  readonly operation: number
  readonly item: number
  readonly module: string
  readonly name: string
  readonly body: Uint8Array
}

/** A group's counter changes by `delta`; folded into one leaf at the end of the block. */
export type CounterChange = { readonly key: Uint8Array; readonly tree: 'standing' | 'records'; readonly delta: 1 | -1 }

/** Bytes of a transaction that are kept by their digest. */
export type KeptBlob = { readonly digest: Uint8Array; readonly bytes: Uint8Array; readonly transaction: number }

export class Draft {
  readonly overlay: Overlay
  readonly events: DraftEvent[] = []
  readonly counters: CounterChange[] = []
  readonly blobs: KeptBlob[] = []

  constructor(fetch: Fetch) {
    this.overlay = new Overlay(fetch)
  }
}
