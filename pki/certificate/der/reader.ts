/**
 * A strict reader of DER (X.690): a cursor over bytes that are never copied. One value has one encoding, and every other
 * is refused. There is no depth to limit: the caller walks, element by element, what its grammar has.
 */
import { derError } from './errors.ts'
import { readObjectIdentifier } from './object-identifier.ts'
import { tag, tagName } from './tag.ts'
import { readText, type TextForm, textTags } from './text.ts'
import { readTime } from './time.ts'

/** Length octets behind the first: elements below 16 MiB, far above any certificate. */
const maximumLengthOctets = 3

/** Reads the elements of `bytes[offset, end)` in order. Offsets in errors count from the first byte of `bytes`. */
export class DerReader {
  readonly bytes: Uint8Array
  readonly end: number
  #offset: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.#offset = start
    this.end = end
  }

  /** Where the next element begins. */
  get offset(): number {
    return this.#offset
  }

  get atEnd(): boolean {
    return this.#offset === this.end
  }

  nextIs(identifier: number): boolean {
    return this.#offset < this.end && this.bytes[this.#offset] === identifier
  }

  /** Ends the reading of this element. @throws der.trailing */
  close(): void {
    if (!this.atEnd) throw derError('trailing', { offset: this.#offset, count: this.end - this.#offset })
  }

  /** A reader of the next element's content. @throws der.missing, der.tag, der.truncated and the codes of lengths */
  enter(identifier: number): DerReader {
    const start = this.#open(identifier)
    return new DerReader(this.bytes, start, this.#offset)
  }

  /** The next element whole, header included: a view. */
  element(identifier: number): Uint8Array {
    const start = this.#offset
    this.#open(identifier)
    return this.bytes.subarray(start, this.#offset)
  }

  /** BOOLEAN (X.690 section 11.1). @throws der.boolean */
  boolean(): boolean {
    const start = this.#open(tag.boolean)
    const octet = this.bytes[start]
    if (this.#offset - start !== 1 || (octet !== 0x00 && octet !== 0xff)) throw derError('boolean', { offset: start })
    return octet === 0xff
  }

  /** A BOOLEAN DEFAULT FALSE: absent, or TRUE. @throws der.boolean, der.default-encoded */
  booleanOrFalse(): boolean {
    if (!this.nextIs(tag.boolean)) return false
    const offset = this.#offset
    if (!this.boolean()) throw derError('default-encoded', { offset })
    return true
  }

  /**
   * An INTEGER of 0 or more whose content has at most `maximumOctets` octets; the result is big-endian without the
   * sign's zero octet, so zero is one zero octet.
   * @throws der.integer-empty, der.integer-not-minimal, der.integer-negative, der.integer-too-large
   */
  unsignedInteger(maximumOctets: number): Uint8Array {
    const offset = this.#offset
    const start = this.#open(tag.integer)
    const size = this.#offset - start
    if (size === 0) throw derError('integer-empty', { offset })
    const first = this.bytes[start]!
    const second = this.bytes[start + 1]!
    if (size > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw derError('integer-not-minimal', { offset })
    }
    if (first >= 0x80) throw derError('integer-negative', { offset })
    if (size > maximumOctets) throw derError('integer-too-large', { offset, limit: `${maximumOctets} octets` })
    return this.bytes.subarray(size > 1 && first === 0x00 ? start + 1 : start, this.#offset)
  }

  /** An INTEGER from 0 to `maximum`, which is below 2^32. @throws the codes of `unsignedInteger` */
  smallInteger(maximum: number): number {
    const offset = this.#offset
    let value = 0
    for (const octet of this.unsignedInteger(5)) value = value * 256 + octet
    if (value > maximum) throw derError('integer-too-large', { offset, limit: maximum })
    return value
  }

  /** A BIT STRING of whole octets, as keys and signatures are: a view. @throws der.bit-string */
  wholeBitString(): Uint8Array {
    const offset = this.#offset
    const start = this.#open(tag.bitString)
    if (this.#offset === start || this.bytes[start] !== 0) {
      throw derError('bit-string', { offset, expected: 'made of whole octets' })
    }
    return this.bytes.subarray(start + 1, this.#offset)
  }

  /**
   * A BIT STRING with named bits (X.690 section 11.2.2): no trailing zero bit. The result is the set of bit numbers, all
   * below `count`.
   * @throws der.bit-string
   */
  namedBits(count: number): ReadonlySet<number> {
    const offset = this.#offset
    const start = this.#open(tag.bitString)
    const unused = this.bytes[start]!
    const octets = this.#offset - start - 1
    const bits = octets * 8 - unused
    if (octets < 0 || unused > 7 || (octets === 0 && unused !== 0)) {
      throw derError('bit-string', { offset, expected: 'led by its number of unused bits' })
    }
    if (bits > count) throw derError('bit-string', { offset, expected: `at most ${count} bits long` })
    const last = octets === 0 ? 0 : this.bytes[this.#offset - 1]!
    // The last used bit must be one and the unused ones zero: exactly then does the lowest one bit stand at `unused`.
    if (octets > 0 && (last === 0 || (last & -last) !== 1 << unused)) {
      throw derError('bit-string', { offset, expected: 'without trailing zero bits, unused bits zero' })
    }
    const named = new Set<number>()
    for (let bit = 0; bit < bits; bit++) {
      if ((this.bytes[start + 1 + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0) named.add(bit)
    }
    return named
  }

  /** OCTET STRING, or an implicitly tagged one, of 1 to `maximum` octets: a view. @throws der.octets */
  octetString(maximum: number, identifier: number = tag.octetString): Uint8Array {
    const offset = this.#offset
    const start = this.#open(identifier)
    const size = this.#offset - start
    if (size === 0 || size > maximum) throw derError('octets', { offset, expected: `1 to ${maximum} in number` })
    return this.bytes.subarray(start, this.#offset)
  }

  /** OBJECT IDENTIFIER as dotted text. @throws der.object-identifier */
  objectIdentifier(): string {
    const start = this.#open(tag.objectIdentifier)
    return readObjectIdentifier(this.bytes, start, this.#offset)
  }

  /** Text of 1 to `maximum` characters; `identifier` is given where it is tagged implicitly. @throws der.text, der.text-length */
  text(form: TextForm, maximum: number, identifier: number = textTags[form]): string {
    const start = this.#open(identifier)
    return readText(form, this.bytes, start, this.#offset, maximum)
  }

  /** UTCTime or GeneralizedTime in milliseconds since 1970. @throws der.time */
  time(): bigint {
    const identifier = this.nextIs(tag.generalizedTime) ? tag.generalizedTime : tag.utcTime
    const start = this.#open(identifier)
    return readTime(identifier, this.bytes, start, this.#offset)
  }

  /** Checks the next header, moves behind the element and returns where its content begins. */
  #open(identifier: number): number {
    const { bytes, end } = this
    const offset = this.#offset
    if (offset >= end) throw derError('missing', { offset, expected: tagName(identifier) })
    const found = bytes[offset]!
    if (found !== identifier) {
      if ((found & 0x1f) === 0x1f) throw derError('high-tag', { offset })
      throw derError('tag', { offset, expected: tagName(identifier), found: tagName(found) })
    }
    if (offset + 1 >= end) throw derError('truncated', { offset, end })
    const lead = bytes[offset + 1]!
    let start = offset + 2
    let length = lead
    if (lead >= 0x80) {
      const count = lead & 0x7f
      if (count === 0) throw derError('indefinite-length', { offset })
      if (count > maximumLengthOctets) throw derError('length-too-large', { offset, count, limit: maximumLengthOctets })
      if (start + count > end) throw derError('truncated', { offset, end })
      length = 0
      for (let index = 0; index < count; index++) length = length * 256 + bytes[start + index]!
      if (length < 0x80 || bytes[start] === 0) throw derError('length-not-minimal', { offset })
      start += count
    }
    if (start + length > end) throw derError('truncated', { offset, end })
    this.#offset = start + length
    return start
  }
}
