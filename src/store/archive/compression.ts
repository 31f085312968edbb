/** Zstandard (RFC 8878) by the runtime, off the main thread. What comes out is never larger than was said before. */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { compressionLevel, maximumWindowLog } from './limits.ts'

const compressed = promisify(zstdCompress)
const decompressed = promisify(zstdDecompress)

export async function compress(content: Uint8Array): Promise<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: compressionLevel }
  return plain(await compressed(content, { params, pledgedSrcSize: content.length }))
}

/** @returns undefined for what is no frame of exactly `contentBytes` bytes */
export async function decompress(stored: Uint8Array, contentBytes: number): Promise<Uint8Array | undefined> {
  try {
    const params = { [constants.ZSTD_d_windowLogMax]: maximumWindowLog }
    const content = await decompressed(stored, { params, maxOutputLength: contentBytes })
    return content.length === contentBytes ? plain(content) : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

/** Views of a Buffer would be Buffers. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
