import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerReader, der, noExpiration, tag } from '../../../../pki/certificate/der/index.ts'

/** Reads one element that is the whole of `bytes`. */
function whole<Value>(bytes: Uint8Array, read: (reader: DerReader) => Value): Value {
  const reader = new DerReader(bytes)
  const value = read(reader)
  reader.close()
  return value
}

const bytes = (minimum: number, maximum: number) => fc.uint8Array({ minLength: minimum, maxLength: maximum })

describe('DER', () => {
  it('reads every element that the writer makes, at each width of the length', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const content = new Uint8Array(size).fill(7)
      const inner = whole(der.element(tag.octetString, content), (reader) => reader.enter(tag.octetString))
      expect(inner.bytes.subarray(inner.offset, inner.end)).toEqual(content)
    }
  })

  it('refuses to write what no reader takes', () => {
    expect(() => der.octetString(new Uint8Array(0x100_0000))).toThrow(TypeError)
    expect(() => der.smallInteger(2 ** 32)).toThrow(TypeError)
    expect(() => der.smallInteger(0.5)).toThrow(TypeError)
    expect(() => der.text('printable', 'a@b')).toThrow(TypeError)
    expect(() => der.text('printable', 'ä')).toThrow(TypeError)
  })

  it('keeps integers, as numbers and as magnitudes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(whole(der.smallInteger(value), (reader) => reader.smallInteger(2 ** 32 - 1))).toBe(value)
      }),
    )
    fc.assert(
      fc.property(bytes(1, 20), (magnitude) => {
        const read = whole(der.unsignedInteger(magnitude), (reader) => reader.unsignedInteger(21))
        expect(BigInt(`0x${Buffer.from(read).toString('hex')}`)).toBe(
          BigInt(`0x${Buffer.from(magnitude).toString('hex')}`),
        )
      }),
    )
  })

  it('keeps sets of named bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 8 })), (bits) => {
        const read = whole(der.namedBits(new Set(bits)), (reader) => reader.namedBits(9))
        expect([...read]).toEqual(bits.toSorted((a, b) => a - b))
      }),
    )
  })

  it('keeps object identifiers', () => {
    const arc = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    const identifier = fc.oneof(
      fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 39 }), fc.array(arc, { maxLength: 5 })),
      fc.tuple(fc.constant(2), fc.integer({ min: 0, max: 2 ** 32 - 81 }), fc.array(arc, { maxLength: 5 })),
    )
    fc.assert(
      fc.property(identifier, ([root, second, rest]) => {
        const text = [root, second, ...rest].join('.')
        expect(whole(der.objectIdentifier(text), (reader) => reader.objectIdentifier())).toBe(text)
      }),
    )
    for (const text of ['', '1', '3.1', '1.40', '1.2.', '1.02', '1.2.4294967296', `1.2${'.4294967295'.repeat(7)}`]) {
      expect(() => der.objectIdentifier(text)).toThrow(TypeError)
    }
  })

  it('agrees with the calendar on every time from 1970 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number(noExpiration / 1000n) }), (seconds) => {
        const iso = new Date(seconds * 1000).toISOString()
        const digits = iso.replace(/\.000Z$/, '').replace(/\D/g, '')
        const written = der.time(BigInt(seconds) * 1000n)
        const isShort = iso < '2050'
        expect(written[0]).toBe(isShort ? tag.utcTime : tag.generalizedTime)
        expect(Buffer.from(written.subarray(2)).toString()).toBe(`${isShort ? digits.slice(2) : digits}Z`)
        expect(whole(written, (reader) => reader.time())).toBe(BigInt(seconds) * 1000n)
      }),
      { numRuns: 2000 },
    )
  })

  it('writes the last second of UTCTime, the first of GeneralizedTime and the last of all', () => {
    const text = (year: number, ...rest: readonly [number, number, number, number, number]) =>
      Buffer.from(der.time(BigInt(Date.UTC(year, ...rest))).subarray(2)).toString()
    expect(text(2049, 11, 31, 23, 59, 59)).toBe('491231235959Z')
    expect(text(2050, 0, 1, 0, 0, 0)).toBe('20500101000000Z')
    expect(text(9999, 11, 31, 23, 59, 59)).toBe('99991231235959Z')
    expect(BigInt(Date.UTC(9999, 11, 31, 23, 59, 59))).toBe(noExpiration)
    for (const milliseconds of [-1000n, 1n, noExpiration + 1000n]) {
      expect(() => der.time(milliseconds)).toThrow(TypeError)
    }
  })

  it('counts the characters of text, not its bytes', () => {
    const name = '小'.repeat(64)
    expect(whole(der.text('utf8', name), (reader) => reader.text('utf8', 64))).toBe(name)
    const emoji = '📡'.repeat(64)
    expect(whole(der.text('utf8', emoji), (reader) => reader.text('utf8', 64))).toBe(emoji)
  })
})
