import { codecError } from './errors.ts'

/** Bytes as lower-case hexadecimal, the form of digests in JSON and on screen. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex()
}

/** The reverse of `toHex`, strict: lower case only. `length` is in bytes. @throws codec.not-hex */
export function fromHex(text: string, length?: number, what = 'the value'): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) {
    throw codecError('not-hex', { what, length: length ?? 'any number of' })
  }
  return Uint8Array.fromHex(text)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const joined = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Byte order: negative, zero or positive like `Array.sort` wants it; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index++) {
    const difference = a[index]! - b[index]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Equality of public bytes. Secrets are compared with `timingSafeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

const encoder = new TextEncoder()

/** UTF-8; a lone surrogate becomes U+FFFD, so callers that must not change a text check `isWellFormed` first. */
export function utf8(text: string): Uint8Array {
  return shortAscii(text) ?? encoder.encode(text)
}

/** How many bytes `utf8` gives for a well-formed text, without making them. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Each half of a surrogate pair is one unit and stands for two of the four bytes.
    if (unit >= 0x80) length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return length
}

// Nearly every text is a short ASCII word, for which the encoder's call costs ten times the work.
function shortAscii(text: string): Uint8Array | undefined {
  if (text.length > 64) return undefined
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < bytes.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x80) return undefined
    bytes[index] = unit
  }
  return bytes
}

/** Eight bytes, big-endian, so that byte order is numeric order. `value` is 0 to 2^64 - 1. @throws TypeError otherwise */
export function uint64Bytes(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new TypeError(`${value} is not from 0 to 2^64 - 1`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** Puts parts side by side so that no two lists of parts give the same bytes: each is led by its length in one byte. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  let size = parts.length
  for (const part of parts) {
    if (part.length > 255) throw new TypeError(`a length-prefixed part has ${part.length} bytes, at most 255 fit`)
    size += part.length
  }
  const joined = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    joined[offset] = part.length
    joined.set(part, offset + 1)
    offset += 1 + part.length
  }
  return joined
}
