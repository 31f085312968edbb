/** The tables of a chain as a copy of it takes them. */

/** A value of a column. */
export type ColumnValue = Uint8Array | bigint | number | null

/** `portion` is how many rows are fetched at once. */
export const copiedTables = {
  block: { columns: ['height', 'time', 'root', 'bytes', 'results', 'events'], order: 'height', portion: 8 },
  record: { columns: ['key', 'value'], order: 'key', portion: 2000 },
  index_entry: { columns: ['key', 'value'], order: 'key', portion: 2000 },
  page: { columns: ['key', 'value'], order: 'key', portion: 1000 },
  before_image: { columns: ['height', 'bytes'], order: 'height', portion: 4 },
  blob: { columns: ['digest', 'height', 'offset', 'length'], order: 'digest', portion: 2000 },
  transaction_id: { columns: ['id', 'height', 'position'], order: 'id', portion: 2000 },
  signed_header: { columns: ['height', 'bytes'], order: 'height', portion: 1000 },
  header_wanted: { columns: ['height'], order: 'height', portion: 2000 },
  block_archive: { columns: ['first', 'last', 'time', 'bytes', 'digest'], order: 'first', portion: 2000 },
  snapshot_base: { columns: ['height', 'time', 'root'], order: 'height', portion: 1 },
  snapshot_blob: { columns: ['digest', 'bytes'], order: 'digest', portion: 500 },
} as const satisfies Record<string, { columns: readonly string[]; order: string; portion: number }>
export type CopiedTable = keyof typeof copiedTables
