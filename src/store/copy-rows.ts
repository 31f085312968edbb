/** Rows as binary COPY takes them (PostgreSQL manual, COPY, "Binary Format"): half the bytes of their text form. */
import { ByteWriter } from './byte-writer.ts'

/** "PGCOPY\n\xff\r\n\0", no flags, no extension. */
const head = Uint8Array.of(80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0)

/** In place of a length or of a row's count: no value, no more rows. */
const none = -1

/** A column's value: `bytea`, `integer`, `bigint`, or null. */
export type CopyValue = Uint8Array | number | bigint | null

export function copyRows(rows: readonly (readonly CopyValue[])[]): Uint8Array {
  let size = head.length + 2 * rows.length + 2
  for (const row of rows) for (const value of row) size += 4 + lengthOf(value)
  const writer = new ByteWriter(size)
  writer.append(head)
  for (const row of rows) {
    writer.int16(row.length)
    for (const value of row) {
      writer.int32(value === null ? none : lengthOf(value))
      if (typeof value === 'number') writer.int32(value)
      else if (typeof value === 'bigint') writer.int64(value)
      else if (value !== null) writer.append(value)
    }
  }
  writer.int16(none)
  return writer.bytes
}

function lengthOf(value: CopyValue): number {
  if (value === null) return 0
  if (typeof value === 'number') return 4
  return typeof value === 'bigint' ? 8 : value.length
}
