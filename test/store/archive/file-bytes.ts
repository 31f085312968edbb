import { concat } from '../../../src/codec/index.ts'
import { marksOf } from '../../../src/store/archive/archive-file.ts'
import { compress } from '../../../src/store/archive/compression.ts'
import {
  type ArchiveChunk,
  type ArchivedBlock,
  encodeContent,
  encodeHead,
  encodeTail,
} from '../../../src/store/archive/file-form.ts'

/** The bytes of an archive file whose chunks hold these blocks. `change` makes an index of what would be sound. */
export async function fileBytes(
  chain: string,
  chunks: readonly (readonly ArchivedBlock[])[],
  change: (sound: readonly ArchiveChunk[], stored: readonly Uint8Array[]) => readonly ArchiveChunk[] = (sound) => sound,
): Promise<Uint8Array> {
  const blocks = chunks.flat()
  const head = encodeHead({ chain, first: blocks[0]!.height, last: blocks.at(-1)!.height })
  const stored: Uint8Array[] = []
  const index: ArchiveChunk[] = []
  for (const chunk of chunks) {
    const content = encodeContent(chunk)
    const bytes = await compress(content)
    stored.push(bytes)
    index.push({
      ...marksOf(bytes),
      first: chunk[0]!.height,
      blocks: chunk.length,
      position: 0,
      storedBytes: bytes.length,
      contentBytes: content.length,
    })
  }
  return concat(head, ...stored, encodeTail(head, change(index, stored)).bytes)
}
