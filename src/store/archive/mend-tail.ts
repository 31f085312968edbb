/** The end of an archive file with one flipped bit, or with a damaged digest: what it was is told by the right digest. */
import { concat, equalBytes } from '../../codec/index.ts'
import { sha256, tailBytes, tailParts } from './file-form.ts'
import { unflipByChecksum } from './flipped-bit.ts'
import { maximumIndexBytes } from './limits.ts'

/**
 * @param head the right one
 * @param digest the one that the database has
 * @param read gives so many bytes from the end of the file; undefined when it has not so many
 * @returns the whole tail
 */
export async function mendedTail(
  head: Uint8Array,
  digest: Uint8Array,
  read: (length: number) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  const end = await read(tailBytes)
  if (end === undefined) return undefined
  const { length: found, checksum } = tailParts(end)
  for (const length of flippedOnce(found)) {
    if (length > maximumIndexBytes) continue
    const tail = await read(length + tailBytes)
    if (tail === undefined) continue
    const index = tail.subarray(0, length)
    const unflipped = unflipByChecksum(index, checksum)
    const bodies = [
      ...flippedOnce(checksum).map((each) => concat(index, numbers(length, each))),
      ...(unflipped === undefined ? [] : [concat(unflipped, numbers(length, checksum))]),
    ]
    const body = bodies.find((each) => equalBytes(sha256(head, each), digest))
    if (body !== undefined) return concat(body, digest)
  }
  return undefined
}

/** A number of 32 bits as it is, and with each of them turned. */
function flippedOnce(value: number): readonly number[] {
  return [value, ...Array.from({ length: 32 }, (_, bit) => (value ^ (1 << bit)) >>> 0)]
}

function numbers(length: number, checksum: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length)
  view.setUint32(4, checksum)
  return bytes
}
