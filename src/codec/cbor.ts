/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): one value has one encoding, and the reader refuses every other.
 * Integers, text, bytes, arrays, maps, booleans and null only: no float, no tag beyond the one a caller asks for.
 */
import { compareBytes, equalBytes, utf8, utf8Length } from './bytes.ts'
import { codecError } from './errors.ts'
import { maximumDepth } from './limits.ts'

/** Integers are `number` where that is exact, else `bigint`. Bytes that come out of `decodeCbor` are views of its input:
 * whoever keeps a few of them for long copies them, else the whole input stays in memory. */
export type CborValue = number | bigint | string | boolean | null | Uint8Array | readonly CborValue[] | CborMap
export type CborMap = ReadonlyMap<string | number | bigint, CborValue>

const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const
const simple = { false: 0xf4, true: 0xf5, null: 0xf6 } as const

/**
 * Encodes a value; `tag` puts one CBOR tag (RFC 8949 section 3.4) in front.
 * @throws TypeError for what `decodeCbor` would refuse: no exact integer, lone surrogate, too deep, one key twice
 */
export function encodeCbor(value: CborValue, tag?: number): Uint8Array {
  const writer = new CborWriter()
  if (tag !== undefined) writer.tag(tag)
  writer.value(value, 0)
  return writer.finish()
}

/** A buffer that the next writer begins with: most encodings are short, and making one costs more than filling it. */
let spare: Uint8Array | undefined
const spareBytes = 4096

/** Writes items one after another; whoever opens an array or a map sees to what is in it. `encodeCbor` sees to all. */
export class CborWriter {
  #buffer: Uint8Array
  #view: DataView
  #size = 0

  constructor() {
    this.#buffer = spare ?? new Uint8Array(spareBytes)
    spare = undefined
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** The bytes; the writer is of no use after that. */
  finish(): Uint8Array {
    const bytes = this.#buffer.slice(0, this.#size)
    if (this.#buffer.length === spareBytes) spare = this.#buffer
    return bytes
  }

  array(count: number): void {
    this.#head(major.array, count)
  }

  /** Keys and values follow, in the order of the encoded keys. */
  map(count: number): void {
    this.#head(major.map, count)
  }

  /** Bytes that are CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#raw(bytes)
  }

  tag(tag: number): void {
    if (!Number.isSafeInteger(tag) || tag < 0) throw new TypeError(`${tag} is no CBOR tag`)
    this.#head(major.tag, tag)
  }

  /** @throws TypeError for what `decodeCbor` would refuse */
  value(value: CborValue, depth: number): void {
    if (depth > maximumDepth) throw new TypeError(`the value is nested deeper than ${maximumDepth}`)
    if (typeof value === 'number') this.#integer(value)
    else if (typeof value === 'bigint') this.#bigInteger(value)
    else if (typeof value === 'string') this.#text(value)
    else if (value === true) this.#byte(simple.true)
    else if (value === false) this.#byte(simple.false)
    else if (value === null) this.#byte(simple.null)
    else if (value instanceof Uint8Array) {
      this.#head(major.bytes, value.length)
      this.#raw(value)
    } else if (Array.isArray(value)) {
      this.#head(major.array, value.length)
      for (const item of value as readonly CborValue[]) this.value(item, depth + 1)
    } else if (value instanceof Map) this.#map(value as CborMap, depth)
    else throw new TypeError(`a ${typeof value} has no CBOR encoding here`)
  }

  #head(kind: number, argument: number | bigint): void {
    const lead = kind << 5
    if (argument < 24) this.#byte(lead | Number(argument))
    else if (argument < 0x100) {
      this.#byte(lead | 24)
      this.#byte(Number(argument))
    } else if (argument < 0x1_0000) {
      this.#byte(lead | 25)
      this.#reserve(2)
      this.#view.setUint16(this.#size, Number(argument))
      this.#size += 2
    } else if (argument < 0x1_0000_0000) {
      this.#byte(lead | 26)
      this.#reserve(4)
      this.#view.setUint32(this.#size, Number(argument))
      this.#size += 4
    } else {
      this.#byte(lead | 27)
      this.#reserve(8)
      this.#view.setBigUint64(this.#size, BigInt(argument))
      this.#size += 8
    }
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError(`${value} is no exact integer`)
    if (value >= 0) this.#head(major.unsigned, value)
    else this.#head(major.negative, -1 - value)
  }

  #bigInteger(value: bigint): void {
    const argument = value >= 0n ? value : -1n - value
    if (argument >= 1n << 64n) throw new TypeError('the integer needs more than 64 bits')
    this.#head(value >= 0n ? major.unsigned : major.negative, argument)
  }

  #text(value: string): void {
    if (!value.isWellFormed()) throw new TypeError('the text has a lone surrogate')
    const size = utf8Length(value)
    this.#head(major.text, size)
    if (size === value.length) this.#ascii(value)
    else this.#raw(utf8(value))
  }

  #map(map: CborMap, depth: number): void {
    this.#head(major.map, map.size)
    const keys = new CborWriter()
    const ends = [...map.keys()].map((key) => keys.#key(key))
    const encoded = keys.#buffer
    const entries = [...map.values()].map((value, index) => ({
      key: encoded.subarray(ends[index - 1] ?? 0, ends[index]),
      value,
    }))
    entries.sort((a, b) => compareBytes(a.key, b.key))
    for (const [index, { key, value }] of entries.entries()) {
      // 1 and 1n are two keys of a Map, but one of CBOR.
      if (index > 0 && equalBytes(key, entries[index - 1]!.key)) throw new TypeError('a map key occurs twice')
      this.#raw(key)
      this.value(value, depth + 1)
    }
  }

  #key(key: unknown): number {
    if (typeof key === 'string') this.#text(key)
    else if (typeof key === 'number') this.#integer(key)
    else if (typeof key === 'bigint') this.#bigInteger(key)
    else throw new TypeError(`a ${typeof key} can't be a map key`)
    return this.#size
  }

  #ascii(text: string): void {
    this.#reserve(text.length)
    for (let index = 0; index < text.length; index++) this.#buffer[this.#size++] = text.charCodeAt(index)
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#buffer[this.#size++] = byte
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#size)
    this.#size += bytes.length
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#size + count))
    grown.set(this.#buffer.subarray(0, this.#size))
    this.#buffer = grown
    this.#view = new DataView(grown.buffer)
  }
}

/**
 * Decodes exactly one deterministic item. With `tag`, the item must carry that tag and no other. `maximumItems` counts
 * containers, keys and values: one byte can make an object of 200 bytes, so readers of strangers' bytes set it.
 * @throws codec.truncated, codec.trailing, codec.not-minimal, codec.indefinite, codec.key-order, codec.duplicate-key,
 *   codec.unsupported, codec.too-deep, codec.not-utf8, codec.wrong-tag, codec.too-many-items
 */
export function decodeCbor(bytes: Uint8Array, tag?: number, maximumItems = Number.POSITIVE_INFINITY): CborValue {
  const reader = new Reader(bytes, maximumItems)
  if (tag !== undefined) reader.tag(tag)
  const value = reader.value(0)
  if (reader.offset !== bytes.length) throw codecError('trailing', { count: bytes.length - reader.offset })
  return value
}

// `ignoreBOM` keeps a byte order mark: without it two byte strings would give one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

class Reader {
  offset = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #maximumItems: number
  #items = 0

  constructor(bytes: Uint8Array, maximumItems: number) {
    // Views of a Node Buffer would be Buffers, whose `slice`, `toString` and JSON differ from those of plain bytes.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maximumItems = maximumItems
  }

  tag(expected: number): void {
    const { kind, argument } = this.#head()
    if (kind !== major.tag || argument !== expected) throw codecError('wrong-tag', { expected })
  }

  value(depth: number): CborValue {
    const start = this.offset
    if (depth > maximumDepth) throw codecError('too-deep', { offset: start, limit: maximumDepth })
    this.#items += 1
    if (this.#items > this.#maximumItems) throw codecError('too-many-items', { limit: this.#maximumItems })
    const { kind, argument } = this.#head()
    switch (kind) {
      case major.unsigned:
        return argument
      case major.negative:
        return negative(argument)
      case major.bytes:
        return this.#take(argument)
      case major.text:
        return this.#text(argument, start)
      case major.array:
        return this.#array(argument, depth)
      case major.map:
        return this.#map(argument, depth)
      case major.simple:
        if (argument === 20) return false
        if (argument === 21) return true
        if (argument === 22) return null
    }
    throw codecError('unsupported', { offset: start })
  }

  #head(): { kind: number; argument: number | bigint } {
    const start = this.offset
    const lead = this.#byte()
    const kind = lead >> 5
    const short = lead & 0x1f
    if (short < 24) return { kind, argument: short }
    if (short === 31) throw codecError('indefinite', { offset: start })
    // Floats and two-byte simple values share these lead bytes with lengths: they have no place in any schema.
    if (short > 27 || kind === major.simple) throw codecError('unsupported', { offset: start })
    const width = 1 << (short - 24)
    if (this.offset + width > this.#bytes.length) throw codecError('truncated', { offset: this.#bytes.length })
    const argument = this.#argument(width)
    this.offset += width
    const smallest = width === 1 ? 24 : width === 2 ? 0x100 : width === 4 ? 0x1_0000 : 0x1_0000_0000
    if (argument < smallest) throw codecError('not-minimal', { offset: start })
    return { kind, argument }
  }

  #argument(width: number): number | bigint {
    if (width === 1) return this.#view.getUint8(this.offset)
    if (width === 2) return this.#view.getUint16(this.offset)
    if (width === 4) return this.#view.getUint32(this.offset)
    const wide = this.#view.getBigUint64(this.offset)
    return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide
  }

  #byte(): number {
    const byte = this.#bytes[this.offset]
    if (byte === undefined) throw codecError('truncated', { offset: this.offset })
    this.offset += 1
    return byte
  }

  #take(count: number | bigint): Uint8Array {
    if (count > this.#bytes.length - this.offset) throw codecError('truncated', { offset: this.#bytes.length })
    const taken = this.#bytes.subarray(this.offset, this.offset + Number(count))
    this.offset += Number(count)
    return taken
  }

  #text(count: number | bigint, start: number): string {
    const bytes = this.#take(count)
    try {
      return decoder.decode(bytes)
    } catch (cause) {
      throw codecError('not-utf8', { offset: start }, cause)
    }
  }

  #array(count: number | bigint, depth: number): CborValue[] {
    this.#refuseImpossible(count, 1)
    const items: CborValue[] = []
    for (let index = 0; index < count; index++) items.push(this.value(depth + 1))
    return items
  }

  #map(count: number | bigint, depth: number): CborMap {
    this.#refuseImpossible(count, 2)
    const map = new Map<string | number | bigint, CborValue>()
    let previous: Uint8Array | undefined
    for (let index = 0; index < count; index++) {
      const start = this.offset
      const key = this.value(depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') {
        throw codecError('unsupported', { offset: start })
      }
      const encoded = this.#bytes.subarray(start, this.offset)
      const order = previous === undefined ? 1 : compareBytes(encoded, previous)
      if (order === 0) throw codecError('duplicate-key', { offset: start })
      if (order < 0) throw codecError('key-order', { offset: start })
      previous = encoded
      map.set(key, this.value(depth + 1))
    }
    return map
  }

  /** A count is an attacker's word: more items than bytes are left can't be there. */
  #refuseImpossible(count: number | bigint, bytesEach: number): void {
    if (count > (this.#bytes.length - this.offset) / bytesEach) {
      throw codecError('truncated', { offset: this.#bytes.length })
    }
  }
}

function negative(argument: number | bigint): number | bigint {
  return typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER ? -1 - argument : -1n - BigInt(argument)
}
