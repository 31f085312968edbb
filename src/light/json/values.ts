/** How CometBFT writes bytes, times and block ids in JSON, and how they are read: in that one form. */
import { type Fields, fromHex } from '../../codec/index.ts'
import { maximumParts } from '../limits.ts'
import { formatTime, parseTime } from '../time-text.ts'
import type { BlockId, Timestamp } from '../types.ts'

export const digestLength = 32
export const addressLength = 20

/** Go prints its HexBytes in upper case. */
export function hexOf(fields: Fields, name: string, length: number): Uint8Array {
  const bytes = hexUpTo(fields, name, length)
  if (bytes.length !== length) throw fields.complain(name, `${length} bytes in upper-case hexadecimal`)
  return bytes
}

/** Bytes in hexadecimal, of any length up to a limit; null is how some programs write that there are none. */
export function hexUpTo(fields: Fields, name: string, limit: number): Uint8Array {
  const text = fields.isNull(name) ? '' : fields.text(name)
  if (!/^(?:[0-9A-F]{2})*$/.test(text) || text.length > 2 * limit) {
    throw fields.complain(name, `up to ${limit} bytes in upper-case hexadecimal`)
  }
  return fromHex(text.toLowerCase())
}

/** A digest, or nothing. */
export function digestOrNothing(fields: Fields, name: string): Uint8Array {
  const bytes = hexUpTo(fields, name, digestLength)
  if (bytes.length !== 0 && bytes.length !== digestLength) throw fields.complain(name, `${digestLength} bytes or none`)
  return bytes
}

/** RFC 4648 section 4, with padding, and no bits that a decoder would drop. */
export function base64Of(fields: Fields, name: string, length: number): Uint8Array {
  try {
    const bytes = Uint8Array.fromBase64(fields.text(name), { lastChunkHandling: 'strict' })
    // Blanks are taken by the decoder, and written by nobody.
    if (bytes.length === length && bytes.toBase64() === fields.text(name)) return bytes
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw fields.complain(name, `${length} bytes in base64`)
}

export function timeOf(fields: Fields, name: string): Timestamp {
  const time = parseTime(fields.text(name))
  if (time === undefined) throw fields.complain(name, 'a time (RFC 3339)')
  return time
}

export function blockIdOf(blockId: Fields): BlockId {
  blockId.only('hash', 'parts')
  const parts = blockId.record('parts')
  parts.only('total', 'hash')
  return {
    hash: hexOf(blockId, 'hash', digestLength),
    partsTotal: parts.small('total', 1, maximumParts),
    partsHash: hexOf(parts, 'hash', digestLength),
  }
}

/** Undefined for what stands in the first block: null, or Go's empty block id. */
export function blockIdOrNothing(fields: Fields, name: string): BlockId | undefined {
  if (fields.isNull(name)) return undefined
  const blockId = fields.record(name)
  if (blockId.text('hash') !== '') return blockIdOf(blockId)
  blockId.only('hash', 'parts')
  const parts = blockId.record('parts')
  parts.only('total', 'hash')
  parts.small('total', 0, 0)
  hexOf(parts, 'hash', 0)
  return undefined
}

export function toUpperHex(bytes: Uint8Array): string {
  return bytes.toHex().toUpperCase()
}

export function renderBlockId({ hash, partsTotal, partsHash }: BlockId) {
  return { hash: toUpperHex(hash), parts: { total: partsTotal, hash: toUpperHex(partsHash) } }
}

export { formatTime }
