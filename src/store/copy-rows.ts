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
    yield* room(writer, 2)
    writer.int16(row.length)
    for (const value of row) {
      yield* room(writer, 4 + (isLarge(value) ? 0 : lengthOf(value)))
      writer.int32(value === null ? none : lengthOf(value))
      if (typeof value === 'number') writer.int32(value)
      else if (typeof value === 'bigint') writer.int64(value)
      else if (value !== null) yield* bytes(writer, value)
    }
  }
  yield* room(writer, 2)
  writer.int16(none)
  yield writer.taken()
}

/** Makes room for so many bytes. */
function* room(writer: ByteWriter, size: number): Generator<Uint8Array, void, undefined> {
  if (writer.left < size) yield writer.taken()
}

function* bytes(writer: ByteWriter, value: Uint8Array): Generator<Uint8Array, void, undefined> {
  if (!isLarge(value)) {
    writer.append(value)
    return
  }
  yield writer.taken()
  for (let start = 0; start < value.length; start += pieceBytes) yield value.subarray(start, start + pieceBytes)
}

function isLarge(value: CopyValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= largeBytes
}

function lengthOf(value: CopyValue): number {
  if (value === null) return 0
  if (typeof value === 'number') return 4
  return typeof value === 'bigint' ? 8 : value.length
}
