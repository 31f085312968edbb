/**
 * A chunk: all leaves of one tree between two bounds, with their values and with the bytes that they name by digest.
 *
 *     chunk = [tree, from, to / null, [* outside], [* entry]]
 *     entry = [key, value, [* attachment]]
 *
 * Entries stand in the order of SHA-256(key). `outside` leads from them to the tree's root, see `src/state/range.ts`.
 */
import {
  Bytes,
  conform,
  DigestBytes,
  decodeCbor,
  encodeAs,
  List,
  Optional,
  Row,
  type ValueOf,
  Whole,
} from '../codec/index.ts'
import {
  maximumKeyBytes,
  maximumOutside,
  maximumValueBytes,
  minimumKeyBytes,
  minimumValueBytes,
} from '../state/index.ts'
import { snapshotError } from './errors.ts'
import { maximumAttachmentBytes, maximumAttachments, maximumChunkBytes, maximumChunkEntries } from './limits.ts'

const EntryRow = Row({
  key: Bytes({ minimum: minimumKeyBytes, maximum: maximumKeyBytes }),
  value: Bytes({ minimum: minimumValueBytes, maximum: maximumValueBytes }),
  /** What the record names by SHA-256, in the order in which it does. */
  attachments: List(Bytes({ maximum: maximumAttachmentBytes }), { maximum: maximumAttachments }),
})
export type Entry = ValueOf<typeof EntryRow>

const ChunkRow = Row({
  tree: Whole({ maximum: 1 }),
  from: DigestBytes,
  to: Optional(DigestBytes),
  outside: List(Bytes({ maximum: 64 }), { maximum: maximumOutside }),
  entries: List(EntryRow, { maximum: maximumChunkEntries }),
})
export type Chunk = ValueOf<typeof ChunkRow>

export function encodeChunk(chunk: Chunk): Uint8Array {
  const bytes = encodeAs(ChunkRow, chunk)
  refuseLarge(bytes)
  return bytes
}

/** Reads a chunk, strictly; byte strings in it are views of the input. @throws snapshot.too-large and codes of `codec` */
export function decodeChunk(bytes: Uint8Array): Chunk {
  refuseLarge(bytes)
  return conform(ChunkRow, decodeCbor(bytes))
}

/** How many bytes an entry has in a chunk: where a chunk ends depends on it. */
export function entryBytes({ key, value, attachments }: Entry): number {
  let size = 1 + headBytes(attachments.length) + stringBytes(key) + stringBytes(value)
  for (const attachment of attachments) size += stringBytes(attachment)
  return size
}

function stringBytes({ length }: Uint8Array): number {
  return headBytes(length) + length
}

/** The head of a CBOR item (RFC 8949 section 3). */
function headBytes(argument: number): number {
  if (argument < 24) return 1
  if (argument < 0x100) return 2
  return argument < 0x1_0000 ? 3 : 5
}

function refuseLarge({ length }: Uint8Array): void {
  if (length > maximumChunkBytes) {
    throw snapshotError('too-large', { what: 'a chunk', size: length, limit: maximumChunkBytes })
  }
}
