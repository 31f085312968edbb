/** One flipped bit in bytes of any length, told by their CRC-32: each place changes it in a way of its own. */
import { crc32 } from 'node:zlib'

/** What one zero byte behind it makes of a difference between two checksums; the polynomial is that of RFC 1952. */
const step = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** The bytes as they were before one bit of them was flipped; undefined when the checksum does not tell of one. */
export function unflipByChecksum(damaged: Uint8Array, checksum: number): Uint8Array | undefined {
  const wanted = (crc32(damaged) ^ checksum) >>> 0
  // What a flipped bit of the last byte makes of the checksum, then of the one before it, and so on.
  const differences = Uint32Array.from({ length: 8 }, (_, bit) => step[1 << bit] ?? 0)
  for (let index = damaged.length - 1; index >= 0; index--) {
    const bit = differences.indexOf(wanted)
    if (bit >= 0) {
      const mended = damaged.slice()
      mended[index] = (mended[index] ?? 0) ^ (1 << bit)
      return mended
    }
    for (let each = 0; each < 8; each++) {
      const difference = differences[each] ?? 0
      differences[each] = (step[difference & 0xff] ?? 0) ^ (difference >>> 8)
    }
  }
  return undefined
}
