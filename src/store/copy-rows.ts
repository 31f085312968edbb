/** Rows as binary COPY takes them (PostgreSQL manual, COPY, "Binary Format"): half the bytes of their text form. */
import { ByteWriter } from './byte-writer.ts'

/** "PGCOPY\n\xff\r\n\0", no flags, no extension. */
const head = Uint8Array.of(80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0)

/** In place of a length or of a row's count: no value, no more rows. */
const none = -1

/** Bytes of a piece: the rows of a large block are many megabytes, which nobody needs to hold at once. */
const pieceBytes = 512 * 1024

/** A value of so many bytes is handed on as it is: copying it would cost more than another piece. */
const largeBytes = pieceBytes / 4

/** A column's value: `bytea`, `integer`, `bigint`, or null. */
export type CopyValue = Uint8Array | number | bigint | null

/** The bytes of all rows in pieces, one after another; a piece is good until the next one is asked for. */
export function* copyRows(rows: Iterable<readonly CopyValue[]>): Generator<Uint8Array, void, undefined> {
  const writer = new ByteWriter(pieceBytes)
  writer.append(head)
  for (const row of rows) {
    if (writer.left < 2) yield writer.taken()
    writer.int16(row.length)
    for (let index = 0; index < row.length; index++) {
      const value = row[index] ?? null
      const length = lengthOf(value)
      const large = value instanceof Uint8Array && length >= largeBytes ? value : undefined
      if (writer.left < 4 + (large === undefined ? length : 0)) yield writer.taken()
      writer.int32(value === null ? none : length)
      if (large !== undefined) {
        yield writer.taken()
        for (let start = 0; start < length; start += pieceBytes) yield large.subarray(start, start + pieceBytes)
      } else append(writer, value)
    }
  }
  if (writer.left < 2) yield writer.taken()
  writer.int16(none)
  yield writer.taken()
}

function append(writer: ByteWriter, value: CopyValue): void {
  if (typeof value === 'number') writer.int32(value)
  else if (typeof value === 'bigint') writer.int64(value)
  else if (value !== null) writer.append(value)
}

function lengthOf(value: CopyValue): number {
  if (value === null) return 0
  if (typeof value === 'number') return 4
  return typeof value === 'bigint' ? 8 : value.length
}
