/** The writing half: each function returns one element whole. What is written here, `DerReader` reads. */
import { concat, utf8 } from '../../../src/codec/index.ts'
import { objectIdentifierBytes } from './object-identifier.ts'
import { tag } from './tag.ts'
import { isPrintable, type TextForm, textTags } from './text.ts'
import { timeContent } from './time.ts'

/** Header and content. Content is below 16 MiB. */
export function element(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  return concat(header(identifier, size), ...parts)
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(tag.sequence, ...parts)
}

export function boolean(value: boolean): Uint8Array {
  return element(tag.boolean, Uint8Array.of(value ? 0xff : 0x00))
}

/** A big-endian magnitude of 0 or more: leading zero octets are dropped, the sign's zero octet is added where needed. */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const digits = magnitude.length === 0 ? Uint8Array.of(0) : magnitude.subarray(start)
  return digits[0]! >= 0x80 ? element(tag.integer, Uint8Array.of(0), digits) : element(tag.integer, digits)
}

/** An integer from 0 to 2^32 - 1. */
export function smallInteger(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new TypeError(`${value} is no small integer`)
  return unsignedInteger(Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff))
}

export function wholeBitString(octets: Uint8Array): Uint8Array {
  return element(tag.bitString, Uint8Array.of(0), octets)
}

/** A BIT STRING with named bits: as short as the highest bit number allows (X.690 section 11.2.2). */
export function namedBits(bits: ReadonlySet<number>): Uint8Array {
  if (bits.size === 0) return element(tag.bitString, Uint8Array.of(0))
  const highest = Math.max(...bits)
  const octets = new Uint8Array((highest >> 3) + 1)
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7)
  return element(tag.bitString, Uint8Array.of(7 - (highest & 7)), octets)
}

export function octetString(octets: Uint8Array): Uint8Array {
  return element(tag.octetString, octets)
}

export function objectIdentifier(text: string): Uint8Array {
  return element(tag.objectIdentifier, objectIdentifierBytes(text))
}

/** @throws TypeError when a PrintableString is asked for and the text is none */
export function text(form: TextForm, value: string): Uint8Array {
  if (form === 'printable' && !isPrintable(value)) throw new TypeError(`${value} is no PrintableString`)
  return element(textTags[form], utf8(value))
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5), from milliseconds since 1970. */
export function time(milliseconds: bigint): Uint8Array {
  const { identifier, content } = timeContent(milliseconds)
  return element(identifier, content)
}

function header(identifier: number, size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(identifier, size)
  if (size < 0x100) return Uint8Array.of(identifier, 0x81, size)
  if (size < 0x1_0000) return Uint8Array.of(identifier, 0x82, size >> 8, size & 0xff)
  if (size < 0x100_0000) return Uint8Array.of(identifier, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff)
  throw new TypeError(`an element of ${size} bytes is too large`)
}
