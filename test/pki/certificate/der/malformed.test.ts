import { describe, expect, it } from 'vitest'
import { DerReader, derError, tag } from '../../../../pki/certificate/der/index.ts'
import { refusal } from '../device.ts'

type Read = (reader: DerReader) => unknown

const integer: Read = (reader) => reader.unsignedInteger(20)
const small: Read = (reader) => reader.smallInteger(1000)
const bits: Read = (reader) => reader.namedBits(9)
const time: Read = (reader) => reader.time()
const identifier: Read = (reader) => reader.objectIdentifier()
const utf8: Read = (reader) => reader.text('utf8', 4)
const printable: Read = (reader) => reader.text('printable', 4)
const ia5: Read = (reader) => reader.text('ia5', 4)
const sequence: Read = (reader) => reader.enter(tag.sequence)

const utcTime = (text: string) => `17${text.length.toString(16).padStart(2, '0')}${Buffer.from(text).toString('hex')}`
const generalizedTime = (text: string) =>
  `18${text.length.toString(16).padStart(2, '0')}${Buffer.from(text).toString('hex')}`

const cases: readonly (readonly [what: string, read: Read, hexadecimal: string, code: string])[] = [
  ['nothing at all', sequence, '', 'der.missing'],
  ['a tag alone', sequence, '30', 'der.truncated'],
  ['a length without its bytes', sequence, '3082', 'der.truncated'],
  ['content that is cut', sequence, '300205', 'der.truncated'],
  ['a byte behind the element', sequence, '300000', 'der.trailing'],
  ['another type', sequence, '3100', 'der.tag'],
  ['a tag number above 30', sequence, '3f8101', 'der.high-tag'],
  ['an indefinite length', sequence, '30800000', 'der.indefinite-length'],
  ['one length byte too many', sequence, '308100', 'der.length-not-minimal'],
  ['a length of 127 in two bytes', sequence, `30817f${'00'.repeat(127)}`, 'der.length-not-minimal'],
  ['a length led by a zero byte', sequence, `308200ff${'00'.repeat(255)}`, 'der.length-not-minimal'],
  ['a length of four bytes', sequence, '308400000000', 'der.length-too-large'],
  ['the reserved length byte', sequence, '30ff', 'der.length-too-large'],
  ['an empty integer', integer, '0200', 'der.integer-empty'],
  ['a positive integer with a needless zero byte', integer, '0202007f', 'der.integer-not-minimal'],
  ['a negative integer with a needless byte FF', integer, '0202ff80', 'der.integer-not-minimal'],
  ['a negative integer', integer, '020180', 'der.integer-negative'],
  ['an integer of 21 octets', integer, `021501${'00'.repeat(20)}`, 'der.integer-too-large'],
  ['an integer of 20 octets behind the zero of its sign', integer, `021500${'ff'.repeat(20)}`, 'der.integer-too-large'],
  ['a small integer above its limit', small, '020203e9', 'der.integer-too-large'],
  ['a small integer of 6 octets', small, '0206010000000000', 'der.integer-too-large'],
  ['an empty boolean', (reader) => reader.boolean(), '0100', 'der.boolean'],
  ['a boolean of two bytes', (reader) => reader.boolean(), '0102ffff', 'der.boolean'],
  ['a BER boolean', (reader) => reader.boolean(), '010101', 'der.boolean'],
  ['FALSE where it is the default', (reader) => reader.booleanOrFalse(), '010100', 'der.default-encoded'],
  ['a bit string without content', (reader) => reader.wholeBitString(), '0300', 'der.bit-string'],
  ['a bit string of part of an octet', (reader) => reader.wholeBitString(), '03020780', 'der.bit-string'],
  ['a constructed bit string', (reader) => reader.wholeBitString(), '230403020080', 'der.tag'],
  ['named bits without content', bits, '0300', 'der.bit-string'],
  ['named bits with 8 unused ones', bits, '03020880', 'der.bit-string'],
  ['named bits with unused ones but no octet', bits, '030101', 'der.bit-string'],
  ['named bits with a trailing zero bit', bits, '03020680', 'der.bit-string'],
  ['named bits with a one among the unused', bits, '030207c0', 'der.bit-string'],
  ['named bits with a trailing zero octet', bits, '0303008000', 'der.bit-string'],
  ['more named bits than there are names', bits, '0303060040', 'der.bit-string'],
  ['an empty octet string', (reader) => reader.octetString(4), '0400', 'der.octets'],
  ['an octet string above its limit', (reader) => reader.octetString(4), '04050000000000', 'der.octets'],
  ['an empty object identifier', identifier, '0600', 'der.object-identifier'],
  ['an object identifier with a padded arc', identifier, '0603808001', 'der.object-identifier'],
  ['an object identifier with a padded inner arc', identifier, '06032a8001', 'der.object-identifier'],
  ['an object identifier whose last arc is cut', identifier, '06022a86', 'der.object-identifier'],
  ['an object identifier with an arc of 2^32', identifier, '06062a9080808000', 'der.object-identifier'],
  ['an object identifier of 33 octets', identifier, `0621${'2a'.repeat(33)}`, 'der.object-identifier'],
  ['empty text', utf8, '0c00', 'der.text-length'],
  ['text of one character too many', utf8, '0c056162636465', 'der.text-length'],
  ['text far above its limit', utf8, `0c11${'61'.repeat(17)}`, 'der.text-length'],
  ['text that is not UTF-8', utf8, '0c02c328', 'der.text'],
  ['UTF-8 in more bytes than needed', utf8, '0c02c080', 'der.text'],
  ['a surrogate in UTF-8', utf8, '0c03eda080', 'der.text'],
  ['a zero byte in text', utf8, '0c03610062', 'der.text'],
  ['a delete character', utf8, '0c017f', 'der.text'],
  ['an @ in a PrintableString', printable, '130140', 'der.text'],
  ['a byte above 7F in a PrintableString', printable, '1301e4', 'der.text'],
  ['a byte above 7F in an IA5String', ia5, '1601e4', 'der.text'],
  ['UTCTime without Z', time, utcTime('260101000000'), 'der.time'],
  ['UTCTime with an offset', time, utcTime('260101000000+0000'), 'der.time'],
  ['UTCTime without seconds', time, utcTime('2601010000Z'), 'der.time'],
  ['UTCTime with another letter for Z', time, utcTime('260101000000z'), 'der.time'],
  ['UTCTime with a letter among the digits', time, utcTime('26010100000oZ'), 'der.time'],
  ['UTCTime before 1970', time, utcTime('691231235959Z'), 'der.time'],
  ['month 0', time, utcTime('260001000000Z'), 'der.time'],
  ['month 13', time, utcTime('261301000000Z'), 'der.time'],
  ['day 0', time, utcTime('260100000000Z'), 'der.time'],
  ['April 31', time, utcTime('260431000000Z'), 'der.time'],
  ['February 29 outside a leap year', time, utcTime('260229000000Z'), 'der.time'],
  ['February 29 in 2100', time, generalizedTime('21000229000000Z'), 'der.time'],
  ['hour 24', time, utcTime('260101240000Z'), 'der.time'],
  ['minute 60', time, utcTime('260101006000Z'), 'der.time'],
  ['a leap second', time, utcTime('261231235960Z'), 'der.time'],
  ['GeneralizedTime before 2050', time, generalizedTime('20491231235959Z'), 'der.time'],
  ['GeneralizedTime with a fraction', time, generalizedTime('20500101000000.0Z'), 'der.time'],
  ['GeneralizedTime without Z', time, generalizedTime('20500101000000'), 'der.time'],
  ['a time that is a number', time, '020101', 'der.tag'],
]

describe('the DER reader refuses', () => {
  it.each(cases)('%s', (_, read, hexadecimal, code) => {
    const reader = new DerReader(new Uint8Array(Buffer.from(hexadecimal, 'hex')))
    expect(
      refusal(() => {
        read(reader)
        reader.close()
      }),
    ).toBe(code)
  })

  it('with each of its codes in one of these cases', () => {
    expect(new Set(cases.map(([, , , code]) => code))).toEqual(new Set(derError.rows.map(({ code }) => code)))
  })

  it('and says at which byte', () => {
    const reader = new DerReader(Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x80))
    const inner = reader.enter(tag.sequence)
    expect(() => inner.unsignedInteger(20)).toThrow(expect.objectContaining({ details: { offset: 2 } }))
  })
})

describe('the DER reader takes', () => {
  it('leap days and the ends of the eras', () => {
    const read = (hexadecimal: string) => new DerReader(new Uint8Array(Buffer.from(hexadecimal, 'hex'))).time()
    expect(read(utcTime('700101000000Z'))).toBe(0n)
    expect(read(utcTime('000229000000Z'))).toBe(BigInt(Date.UTC(2000, 1, 29)))
    expect(read(generalizedTime('24000229000000Z'))).toBe(BigInt(Date.UTC(2400, 1, 29)))
    expect(read(utcTime('491231235959Z'))).toBe(BigInt(Date.UTC(2049, 11, 31, 23, 59, 59)))
  })
})
