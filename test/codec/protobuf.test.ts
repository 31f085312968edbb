import { describe, expect, it } from 'vitest'
import {
  bytesField,
  fixed64Field,
  lengthDelimited,
  messageField,
  textField,
  toHex,
  varint,
  varintField,
} from '../../src/codec/index.ts'

describe('the protobuf writer', () => {
  it.each([
    [0n, '00'],
    [127n, '7f'],
    [128n, '8001'],
    [300n, 'ac02'],
    [(1n << 63n) - 1n, 'ffffffffffffffff7f'],
    [-1n, 'ffffffffffffffffff01'],
  ])('writes %s as a varint', (value, expected) => {
    expect(toHex(varint(value))).toBe(expected)
  })

  it('writes fields as the wire format says', () => {
    expect(toHex(varintField(1, 150))).toBe('089601')
    expect(toHex(fixed64Field(2, 1n))).toBe('110100000000000000')
    expect(toHex(fixed64Field(2, -2n))).toBe('11feffffffffffffff')
    expect(toHex(textField(2, 'testing'))).toBe('120774657374696e67')
    expect(toHex(bytesField(16, Uint8Array.of(9)))).toBe('82010109')
    expect(toHex(messageField(3, varintField(1, 150)))).toBe('1a03089601')
    expect(toHex(lengthDelimited(Uint8Array.of(7, 8)))).toBe('020708')
  })

  it('leaves out zero and empty values, but never a message', () => {
    const empty = new Uint8Array(0)
    for (const field of [varintField(1, 0), fixed64Field(1, 0n), bytesField(1, empty), textField(1, '')]) {
      expect(field).toEqual(empty)
    }
    expect(toHex(messageField(2, empty))).toBe('1200')
  })
})
