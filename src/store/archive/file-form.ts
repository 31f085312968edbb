/**
 * An archive file, as bytes: blocks of consecutive heights, compressed a few at a time.
 *
 *     file   = magic | length of the header (4 bytes) | header | chunks | index | its length (4) | its CRC-32 (4) | digest
 *     header = CBOR [format, chain, first height, last height]
 *     index  = CBOR [[blocks, stored length, content length, SHA-256, CRC-32] for each chunk]; the last two are of the
 *              stored bytes
 *     chunk  = one Zstandard frame (RFC 8878) over CBOR [[time, root, block, results, events, signed header or null]
 *              for each block]
 *     digest = SHA-256 of everything but the chunks and itself, in the order of the file
 *
 * The digest stands for the whole file, since the index has one for each chunk. A CRC tells which bit was flipped.
 * Numbers outside CBOR are big-endian. A block's height follows from its place.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  Bytes,
  ChainId,
  concat,
  DigestBytes,
  decodeAs,
  encodeAs,
  equalBytes,
  List,
  Optional,
  Row,
  Unsigned64,
  utf8,
  type ValueOf,
  Whole,
} from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import type { StoredBlock } from '../port.ts'
import { maximumChunkBytes, maximumFieldBytes, maximumFileHeights, maximumIndexBytes } from './limits.ts'

const magic = utf8('commonroot archive\n')
const format = 1
const numberBytes = 4
const digestBytes = 32

/** The first bytes, whose last say how long the header is; and the last bytes, whose first say how long the index is. */
export const headBytes = magic.length + numberBytes
export const tailBytes = 2 * numberBytes + digestBytes

/** A block with the header that signs it, if that had arrived. */
export type ArchivedBlock = StoredBlock & { readonly signedHeader: Uint8Array | undefined }

export type ArchiveHeader = { readonly chain: string; readonly first: bigint; readonly last: bigint }

/** Where blocks lie in a file. */
export type ArchiveChunk = {
  readonly first: bigint
  readonly blocks: number
  readonly position: number
  readonly storedBytes: number
  readonly contentBytes: number
  readonly digest: Uint8Array
  readonly checksum: number
}

const Header = Row({
  format: Whole({ maximum: 0xffff }),
  chain: ChainId,
  first: Unsigned64,
  last: Unsigned64,
})

const Index = List(
  Row({
    blocks: Whole({ minimum: 1, maximum: maximumFileHeights }),
    storedBytes: Whole({ minimum: 1, maximum: maximumChunkBytes }),
    contentBytes: Whole({ minimum: 1, maximum: maximumChunkBytes }),
    digest: DigestBytes,
    checksum: Whole({ maximum: 0xffff_ffff }),
  }),
  { minimum: 1, maximum: maximumFileHeights },
)

const Field = Bytes({ maximum: maximumFieldBytes })
const Content = List(
  Row({ time: Unsigned64, root: Field, block: Field, results: Field, events: Field, signedHeader: Optional(Field) }),
  { minimum: 1, maximum: maximumFileHeights },
)

/** The bytes before the chunks. */
export function encodeHead({ chain, first, last }: ArchiveHeader): Uint8Array {
  const header = encodeAs(Header, { format, chain, first, last })
  return concat(magic, uint32(header.length), header)
}

/** The bytes behind the chunks. `digest`, their last part, stands for the whole file. */
export function encodeTail(
  head: Uint8Array,
  chunks: readonly ArchiveChunk[],
): { readonly bytes: Uint8Array; readonly digest: Uint8Array } {
  const rows = chunks.map(({ blocks, storedBytes, contentBytes, digest, checksum }) => {
    return { blocks, storedBytes, contentBytes, digest, checksum }
  })
  const index = encodeAs(Index, rows)
  const body = concat(index, uint32(index.length), uint32(crc32(index)))
  const digest = sha256(head, body)
  return { bytes: concat(body, digest), digest }
}

/** The length of the head, told by its first bytes. @throws store.archive-form */
export function headLength(start: Uint8Array): number {
  if (!equalBytes(start.subarray(0, magic.length), magic)) refuse('it does not begin like one')
  return headBytes + believable(uint32At(start, magic.length), 'header')
}

/** The numbers in the last bytes. */
export function tailParts(end: Uint8Array): { readonly length: number; readonly checksum: number } {
  return { length: uint32At(end, 0), checksum: uint32At(end, numberBytes) }
}

/** The length of the tail, told by its last bytes. @throws store.archive-form */
export function tailLength(end: Uint8Array): number {
  return tailBytes + believable(tailParts(end).length, 'index')
}

/**
 * Reads what stands before and behind the chunks of a file of `size` bytes. Nothing of it is believed before the digest
 * is right, and that proves only that it is whole: who wrote it is told by the digest that was registered.
 * @throws store.archive-form
 */
export function readFrame(
  head: Uint8Array,
  tail: Uint8Array,
  size: number,
): { readonly header: ArchiveHeader; readonly chunks: readonly ArchiveChunk[]; readonly digest: Uint8Array } {
  const digest = tail.subarray(tail.length - digestBytes)
  if (!equalBytes(sha256(head, tail.subarray(0, tail.length - digestBytes)), digest)) {
    refuse('its header and index do not have the digest at its end')
  }
  const { format: found, ...header } = understood('header', () => decodeAs(Header, head.subarray(headBytes)))
  if (found !== format) refuse(`its format is ${found}`)
  const rows = understood('index', () => decodeAs(Index, tail.subarray(0, tail.length - tailBytes)))
  const chunks = placed(header.first, head.length, rows)
  const end = chunks.reduce((position, { storedBytes }) => position + storedBytes, head.length)
  const heights = chunks.reduce((sum, { blocks }) => sum + blocks, 0)
  if (end + tail.length !== size) refuse('its chunks do not fill it')
  if (heights > maximumFileHeights || header.last !== header.first + BigInt(heights) - 1n) {
    refuse('its chunks do not hold the heights of its header')
  }
  return { header, chunks, digest: digest.slice() }
}

function placed(first: bigint, start: number, rows: ValueOf<typeof Index>): readonly ArchiveChunk[] {
  let height = first
  let position = start
  return rows.map((row) => {
    const chunk = { ...row, digest: row.digest.slice(), first: height, position }
    height += BigInt(row.blocks)
    position += row.storedBytes
    return chunk
  })
}

/** The content of a chunk. */
export function encodeContent(blocks: readonly ArchivedBlock[]): Uint8Array {
  const rows = blocks.map(({ time, root, block, results, events, signedHeader }) => {
    return { time, root, block, results, events, ...(signedHeader === undefined ? {} : { signedHeader }) }
  })
  return encodeAs(Content, rows)
}

/** Blocks that are views of `content`. @throws store.archive-form */
export function decodeContent({ first, blocks }: ArchiveChunk, content: Uint8Array): readonly ArchivedBlock[] {
  const rows = understood('chunk', () => decodeAs(Content, content))
  if (rows.length !== blocks) refuse('a chunk does not hold as many blocks as its index says')
  return rows.map(({ time, root, block, results, events, signedHeader }, index) => {
    return { height: first + BigInt(index), time, root, block, results, events, signedHeader }
  })
}

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

function understood<Value>(part: string, read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof CommonrootError)) throw cause
    throw storeError('archive-form', { reason: `its ${part} can not be read: ${cause.message}` }, cause)
  }
}

function believable(length: number, part: string): number {
  if (length > maximumIndexBytes) refuse(`its ${part} has ${length} bytes`)
  return length
}

function refuse(reason: string): never {
  throw storeError('archive-form', { reason })
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(numberBytes)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function uint32At(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset)
}
