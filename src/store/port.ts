/**
 * The Store port: what the chain keeps, in terms of bytes. One block is one database transaction.
 * Maps are keyed by the lower-case hexadecimal of the byte key.
 */

/** A value that changes in a block; `null` is absence. `before` is what the block found: reads at the height before use it. */
export type Change = { readonly key: Uint8Array; readonly before: Uint8Array | null; readonly after: Uint8Array | null }

export type Head = { readonly height: bigint; readonly time: bigint; readonly root: Uint8Array }

export type BlockWrite = {
  readonly height: bigint
  /** Block time in milliseconds. */
  readonly time: bigint
  /** Root of the state after this block. */
  readonly root: Uint8Array
  /** The block as the engine gave it, one blob; `blobs` are slices of it. */
  readonly block: Uint8Array
  readonly results: Uint8Array
  readonly events: Uint8Array
  readonly records: readonly Change[]
  /** Unique indexes: index key to record key. */
  readonly indexes: readonly Change[]
  /** Pages of the state trees, opaque. */
  readonly pages: readonly Change[]
  /** Content-addressed blobs that this block brings: SHA-256 and the slice of `block`. */
  readonly blobs: readonly { readonly digest: Uint8Array; readonly offset: number; readonly length: number }[]
  /** Ids of the block's transactions, with their place in it. */
  readonly transactions: readonly { readonly id: Uint8Array; readonly position: number }[]
}

export type StoredBlock = {
  readonly height: bigint
  readonly time: bigint
  readonly root: Uint8Array
  readonly block: Uint8Array
  readonly results: Uint8Array
  readonly events: Uint8Array
}

export type StoreTable = 'records' | 'indexes' | 'pages'

/** One consistent snapshot of the state as it was after `height`. */
export type ReadView = {
  readonly height: bigint
  /** Present keys only. */
  read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>>
  close(): Promise<void>
}

/** Where an executed transaction stands: its block, and its place in it. */
export type BlockPlace = { readonly height: bigint; readonly position: number }

export type Store = {
  /** The newest block, or what the state began with when there is none yet. */
  head(): Promise<Head | undefined>
  /** The snapshot that the state began with: up to its height, no block is here. Undefined when it began with the genesis. */
  base(): Promise<Head | undefined>
  /** Reads at the head, outside any snapshot: for the one writer, who knows that nobody else writes. */
  read(table: StoreTable, keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Records at the head in key order: `from` inclusive, `until` exclusive. */
  scan(
    from: Uint8Array,
    until: Uint8Array,
    limit: number,
  ): Promise<readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]>
  /** A snapshot at the head or at most `window` blocks back. @throws store.height-gone, store.height-ahead */
  view(at: 'head' | bigint): Promise<ReadView>
  /** Resolves when the block is durable. @throws store.not-next when it does not follow the head */
  write(block: BlockWrite): Promise<void>
  block(height: bigint): Promise<StoredBlock | undefined>
  blob(digest: Uint8Array): Promise<Uint8Array | undefined>
  transaction(id: Uint8Array): Promise<BlockPlace | undefined>
  /** Several transactions in one question, by hexadecimal id; those that are stored only. */
  transactions(ids: readonly Uint8Array[]): Promise<ReadonlyMap<string, BlockPlace>>
  /** Signed headers as opaque bytes; `put` is idempotent. `missing` lists stored blocks up to the head without one. */
  readonly signedHeaders: {
    put(height: bigint, bytes: Uint8Array): Promise<void>
    get(height: bigint): Promise<Uint8Array | undefined>
    missing(limit: number): Promise<readonly bigint[]>
  }
  /** Somebody else has changed rows: what is remembered of them no longer holds. */
  forget(): void
  close(): Promise<void>
}

/** `rows` are counted; `bytes` are those on disk, `indexBytes` of them in indexes. */
export type TableStatistics = {
  readonly table: string
  readonly rows: bigint
  readonly bytes: bigint
  readonly indexBytes: bigint
}

/** What the store in Postgres can do beyond what a chain asks of its store. */
export type DatabaseStore = Store & {
  /** Reads every table once: about a second for a million certificates. */
  statistics(): Promise<readonly TableStatistics[]>
}
