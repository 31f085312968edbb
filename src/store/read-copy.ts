/** Rows as binary COPY gives them (PostgreSQL manual, COPY, "Binary Format"): the reverse of `copy-rows.ts`. */
import { storeError } from './errors.ts'

/** "PGCOPY\n\xff\r\n\0". */
const signature = Uint8Array.of(80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0)

/** Signature, flags, length of the extension. */
const headBytes = signature.length + 8

/** In place of a row's count of values: no more rows. */
const noMore = -1

/**
 * Rows as their values' bytes, views of `bytes`; integers are big-endian. No column may be null.
 * @throws store.copy-form
 */
export function readCopy(bytes: Uint8Array, columns: number): readonly (readonly Uint8Array[])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isHead = bytes.length >= headBytes && signature.every((byte, index) => bytes[index] === byte)
  if (!isHead) throw storeError('copy-form', { reason: 'it does not begin like one' })
  if (view.getInt32(signature.length) !== 0 || view.getInt32(signature.length + 4) !== 0) {
    throw storeError('copy-form', { reason: 'it has flags or an extension' })
  }
  let offset = headBytes
  const take = (count: number): number => {
    if (count < 0 || offset + count > bytes.length) throw storeError('copy-form', { reason: 'it is cut' })
    offset += count
    return offset - count
  }
  const rows: (readonly Uint8Array[])[] = []
  for (;;) {
    const count = view.getInt16(take(2))
    if (count === noMore) break
    if (count !== columns) throw storeError('copy-form', { reason: `a row has ${count} columns` })
    const row: Uint8Array[] = []
    for (let index = 0; index < count; index++) {
      const length = view.getInt32(take(4))
      const start = take(length)
      row.push(bytes.subarray(start, start + length))
    }
    rows.push(row)
  }
  if (offset !== bytes.length) throw storeError('copy-form', { reason: 'bytes follow its end' })
  return rows
}

/** A value of type `bigint`. @throws store.copy-form */
export function readBigint(value: Uint8Array): bigint {
  if (value.length !== 8) throw storeError('copy-form', { reason: `a bigint has ${value.length} bytes` })
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getBigInt64(0)
}
