import { describe, expect, it } from 'vitest'
import { der, tag } from '../../../pki/certificate/der/index.ts'
import { certificateError, maximumCertificateBytes, parseCertificate } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { concat, fromHex, utf8 } from '../../../src/codec/index.ts'
import { assemble, ed25519, extension, type Parts, partsOf } from './assemble.ts'
import { deviceRequest, everything, refusal, replaceOnce } from './device.ts'

const sample = await issueDeviceCertificate(deviceRequest(everything))
const sound = partsOf(parseCertificate(sample))
const firstExtensionError = certificateError.numberOf('extensions-count')

type Case = readonly [what: string, overrides: Partial<Parts>, code: string]

const attribute = (type: string, value: Uint8Array) =>
  der.element(tag.set, der.sequence(der.objectIdentifier(type), value))
const organization = attribute('2.5.4.10', der.text('utf8', 'acme-radio'))
const validity = (from: Uint8Array, until: Uint8Array) => ({ validity: der.sequence(from, until) })
const utcTime = (text: string) => der.element(tag.utcTime, utf8(text))
const generalizedTime = (text: string) => der.element(tag.generalizedTime, utf8(text))
const sinceNewYear = (until: Uint8Array) => validity(utcTime('260101000000Z'), until)

const spki = Buffer.from(sound.spki)
const x = spki.subarray(27, 59).toString('hex')
const y = spki.subarray(59, 91).toString('hex')

/** The key's SubjectPublicKeyInfo with other bytes for its point. */
function point(hexadecimal: string): Partial<Parts> {
  return { spki: der.sequence(spki.subarray(2, 23), der.wholeBitString(Buffer.from(hexadecimal, 'hex'))) }
}

const cases: readonly Case[] = [
  ['version 1 by leaving the version out', { version: new Uint8Array(0) }, 'certificate.version'],
  ['version 1 written out', { version: fromHex('a003020100') }, 'certificate.version'],
  ['version 2', { version: fromHex('a003020101') }, 'certificate.version'],
  ['version 4', { version: fromHex('a003020103') }, 'certificate.version'],
  ['a second element behind the version', { version: fromHex('a006020102020102') }, 'der.trailing'],
  ['serial number zero', { serialNumber: fromHex('020100') }, 'certificate.serial-number-zero'],
  ['a negative serial number', { serialNumber: fromHex('0201ff') }, 'der.integer-negative'],
  ['a serial number that is not minimal', { serialNumber: fromHex('02020001') }, 'der.integer-not-minimal'],
  [
    'a serial number of 21 octets',
    { serialNumber: der.unsignedInteger(new Uint8Array(21).fill(1)) },
    'der.integer-too-large',
  ],
  ['an algorithm that differs inside', { innerAlgorithm: ed25519 }, 'certificate.algorithm-mismatch'],
  ['an algorithm that differs outside', { outerAlgorithm: ed25519 }, 'certificate.algorithm-mismatch'],
  [
    'parameters of the algorithm, outside only',
    { outerAlgorithm: fromHex('300c06082a8648ce3d0403020500') },
    'certificate.algorithm-mismatch',
  ],
  [
    'NULL parameters of ECDSA',
    {
      innerAlgorithm: fromHex('300c06082a8648ce3d0403020500'),
      outerAlgorithm: fromHex('300c06082a8648ce3d0403020500'),
    },
    'certificate.algorithm-unknown',
  ],
  [
    'ecdsa-with-SHA1',
    { innerAlgorithm: fromHex('300906072a8648ce3d0401'), outerAlgorithm: fromHex('300906072a8648ce3d0401') },
    'certificate.algorithm-unknown',
  ],
  [
    'an Ed25519 signature of 65 bytes',
    { innerAlgorithm: ed25519, outerAlgorithm: ed25519, signature: der.wholeBitString(new Uint8Array(65)) },
    'certificate.signature-length',
  ],
  [
    'an ECDSA signature that is not DER',
    { signature: der.wholeBitString(new Uint8Array(64)) },
    'crypto.signature-form',
  ],
  [
    'an ECDSA signature with r = 0',
    { signature: der.wholeBitString(fromHex('3006020100020101')) },
    'crypto.signature-form',
  ],
  [
    'an ECDSA signature with a padded r',
    { signature: der.wholeBitString(fromHex('300702020001020101')) },
    'crypto.signature-form',
  ],
  ['a signature with unused bits', { signature: fromHex('03020102') }, 'der.bit-string'],
  ['a byte behind the signature', { signature: concat(sound.signature, Uint8Array.of(0)) }, 'der.trailing'],
  ['an element behind the extensions', { trailing: fromHex('0500') }, 'der.trailing'],
  ['an issuerUniqueID', { extensions: [], trailing: fromHex('8102008f') }, 'der.tag'],
  ['an empty subject', { subject: der.sequence() }, 'certificate.name-empty'],
  ['an empty issuer', { issuer: der.sequence() }, 'certificate.name-empty'],
  [
    'two attributes in one set',
    {
      subject: der.sequence(
        der.element(
          tag.set,
          der.sequence(der.objectIdentifier('2.5.4.10'), der.text('utf8', 'a')),
          der.sequence(der.objectIdentifier('2.5.4.11'), der.text('utf8', 'b')),
        ),
      ),
    },
    'certificate.name-multi-valued',
  ],
  ['an empty set in a name', { subject: der.sequence(der.element(tag.set)) }, 'der.missing'],
  ['a title', { subject: der.sequence(attribute('2.5.4.12', der.text('utf8', 'Dr'))) }, 'certificate.name-attribute'],
  ['O twice', { subject: der.sequence(organization, organization) }, 'certificate.name-attribute-repeated'],
  [
    'a country in small letters',
    { subject: der.sequence(attribute('2.5.4.6', der.text('printable', 'cn'))) },
    'certificate.country',
  ],
  [
    'a country of one letter',
    { subject: der.sequence(attribute('2.5.4.6', der.text('printable', 'C'))) },
    'certificate.country',
  ],
  ['a country as UTF8String', { subject: der.sequence(attribute('2.5.4.6', der.text('utf8', 'CN'))) }, 'der.tag'],
  ['a serialNumber as UTF8String', { subject: der.sequence(attribute('2.5.4.5', der.text('utf8', 'SC'))) }, 'der.tag'],
  ['O as TeletexString', { subject: der.sequence(attribute('2.5.4.10', der.element(0x14, utf8('a')))) }, 'der.tag'],
  [
    'O as BMPString',
    { subject: der.sequence(attribute('2.5.4.10', der.element(0x1e, Uint8Array.of(0, 65)))) },
    'der.tag',
  ],
  [
    'O of 65 characters',
    { subject: der.sequence(attribute('2.5.4.10', der.text('utf8', 'x'.repeat(65)))) },
    'der.text-length',
  ],
  ['O with a zero byte', { subject: der.sequence(attribute('2.5.4.10', der.text('utf8', 'a\0b'))) }, 'der.text'],
  [
    'an end of validity before its beginning',
    validity(utcTime('260102000000Z'), utcTime('260101000000Z')),
    'certificate.validity',
  ],
  ['GeneralizedTime in 2049', sinceNewYear(generalizedTime('20491231235959Z')), 'der.time'],
  ['UTCTime meant for 2050', sinceNewYear(utcTime('500101000000Z')), 'der.time'],
  ['February 30', sinceNewYear(utcTime('300230000000Z')), 'der.time'],
  ['a time without Z', sinceNewYear(utcTime('300101000000')), 'der.time'],
  ['a third time', { validity: concat(der.sequence(der.time(0n), der.time(0n), der.time(0n))) }, 'der.trailing'],
  ['a point off the curve', point(`04${x}${x}`), 'crypto.point-not-on-curve'],
  ['a coordinate above the prime', point(`04${'ff'.repeat(32)}${y}`), 'crypto.key-not-canonical'],
  ['a compressed point', point(`02${x}`), 'crypto.key-unsupported'],
  [
    'a hybrid point',
    point(`${Number.parseInt(y.slice(-2), 16) % 2 === 0 ? '06' : '07'}${x}${y}`),
    'crypto.key-unsupported',
  ],
  ['the point at infinity', point('00'), 'crypto.key-unsupported'],
  [
    'a key of another curve',
    { spki: replaceOnce(sound.spki, '2a8648ce3d030107', '2a8648ce3d030101') },
    'crypto.key-unsupported',
  ],
  [
    'an Ed25519 key of small order',
    { spki: fromHex(`302a300506032b6570032100${'00'.repeat(32)}`) },
    'crypto.key-small-order',
  ],
]

describe('parseCertificate refuses', () => {
  it.each(cases)('%s', (_, overrides, code) => {
    expect(refusal(() => parseCertificate(assemble({ ...sound, ...overrides })))).toBe(code)
  })

  it('a certificate cut at any byte', () => {
    expect(refusal(() => parseCertificate(sample.subarray(0, 0)))).toBe('der.missing')
    for (let size = 1; size < sample.length; size++) {
      expect(refusal(() => parseCertificate(sample.subarray(0, size)))).toBe('der.truncated')
    }
  })

  it('a certificate whose every element is cut inside, with the lengths around it made to fit', () => {
    for (const field of ['validity', 'subject', 'spki', 'outerAlgorithm', 'signature'] as const) {
      for (let size = 0; size < sound[field].length; size++) {
        const cut = assemble({ ...sound, [field]: sound[field].subarray(0, size) })
        expect(
          refusal(() => parseCertificate(cut)),
          `${field} cut at ${size}`,
        ).toBeDefined()
      }
    }
  })

  it('bytes behind the certificate, and a second certificate', () => {
    expect(refusal(() => parseCertificate(concat(sample, Uint8Array.of(0))))).toBe('der.trailing')
    expect(refusal(() => parseCertificate(concat(sample, sample)))).toBe('der.trailing')
  })

  it('BER lengths of the outer sequence', () => {
    const content = sample.subarray(4)
    const size = content.length.toString(16).padStart(4, '0')
    const led = (header: string, ...rest: readonly Uint8Array[]) => concat(fromHex(header), ...rest)
    expect(refusal(() => parseCertificate(led('3080', content, Uint8Array.of(0, 0))))).toBe('der.indefinite-length')
    expect(refusal(() => parseCertificate(led(`308300${size}`, content)))).toBe('der.length-not-minimal')
    expect(refusal(() => parseCertificate(led(`30840000${size}`, content)))).toBe('der.length-too-large')
  })

  it('a certificate above its size limit before it looks inside', () => {
    const large = new Uint8Array(maximumCertificateBytes + 1)
    expect(() => parseCertificate(large)).toThrow(
      expect.objectContaining({ code: 'certificate.too-large', details: { size: 8193, limit: 8192 } }),
    )
    const padded = extension('1.2.3', false, new Uint8Array(maximumCertificateBytes))
    expect(refusal(() => parseCertificate(assemble({ ...sound, extensions: [padded] })))).toBe('certificate.too-large')
  })

  it('with each code of the form, extensions apart, in one of these tests', () => {
    const expected = certificateError.rows.filter(({ number }) => number < firstExtensionError)
    const raised = cases.map(([, , code]) => code).filter((code) => code.startsWith('certificate.'))
    expect(new Set([...raised, 'certificate.too-large'])).toEqual(new Set(expected.map(({ code }) => code)))
  })
})
