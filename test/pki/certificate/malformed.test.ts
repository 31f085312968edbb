import { describe, expect, it } from 'vitest'
import { der, tag } from '../../../pki/certificate/der/index.ts'
import {
  certificateError,
  extensionId,
  hardwareModuleName,
  maximumCertificateBytes,
  noExpiration,
  parseCertificate,
  selfSignatureCheck,
} from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { verifySelfSignature } from '../../../pki/certificate/verify.ts'
import { concat, fromHex, utf8 } from '../../../src/codec/index.ts'
import { assemble, ed25519, extension, generalName, name, type Parts, partsOf } from './assemble.ts'
import { deviceRequest, everything, makeKey, refusal, replaceOnce } from './device.ts'

const sample = await issueDeviceCertificate(deviceRequest(everything))
const sound = partsOf(parseCertificate(sample))
const spki = Buffer.from(sound.spki)

type Case = readonly [what: string, overrides: Partial<Parts>, code: string]

const attribute = (type: string, value: Uint8Array) =>
  der.element(tag.set, der.sequence(der.objectIdentifier(type), value))
const organization = attribute('2.5.4.10', der.text('utf8', 'acme-radio'))
const validity = (from: Uint8Array, until: Uint8Array) => ({ validity: der.sequence(from, until) })
const utcTime = (text: string) => der.element(tag.utcTime, utf8(text))
const generalizedTime = (text: string) => der.element(tag.generalizedTime, utf8(text))
const sinceNewYear = (until: Uint8Array) => validity(utcTime('260101000000Z'), until)
const only = (id: string, value: Uint8Array, critical = false) => ({ extensions: [extension(id, critical, value)] })
const names = (...list: readonly Uint8Array[]) => only(extensionId.subjectAltName, der.sequence(...list))
const device = (...fields: readonly Uint8Array[]) => only(extensionId.device, der.sequence(...fields))
const texts = ['telecom-0123abcd', 'SmallCell 5', '2026-07'].map((value) => der.text('utf8', value))
const firmware = der.sequence(der.smallInteger(1))
const moduleName = der.sequence(der.objectIdentifier('1.2.3'), der.octetString(utf8('1')))
const many = (count: number, make: (index: number) => Uint8Array) => Array.from({ length: count }, (_, i) => make(i))
const point = (hexadecimal: string) => ({ spki: replaceLast(hexadecimal) })

/** The key's SubjectPublicKeyInfo with other bytes for its point. */
function replaceLast(hexadecimal: string): Uint8Array {
  const algorithm = spki.subarray(2, 23)
  return der.sequence(algorithm, der.wholeBitString(Buffer.from(hexadecimal, 'hex')))
}
const x = spki.subarray(27, 59).toString('hex')
const y = spki.subarray(59, 91).toString('hex')

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
  ['an empty list of extensions', { extensions: [], trailing: fromHex('a3023000') }, 'certificate.extensions-count'],
  [
    '33 extensions',
    { extensions: many(33, (index) => extension(`1.2.3.${index}`, false, Uint8Array.of(5, 0))) },
    'certificate.extensions-count',
  ],
  ['an extension twice', { extensions: [...sound.extensions, sound.extensions[0]!] }, 'certificate.extension-repeated'],
  [
    'an unknown extension twice',
    { extensions: many(2, () => extension('1.2.3', false, Uint8Array.of(5, 0))) },
    'certificate.extension-repeated',
  ],
  ['an unknown critical extension', only('2.5.29.30', der.sequence(), true), 'certificate.extension-unknown-critical'],
  [
    'the device extension marked critical',
    only(extensionId.device, der.sequence(...texts, firmware), true),
    'certificate.extension-critical',
  ],
  [
    'a subject key identifier marked critical',
    only(extensionId.subjectKeyIdentifier, der.octetString(Uint8Array.of(1)), true),
    'certificate.extension-critical',
  ],
  [
    'critical FALSE written out',
    {
      extensions: [
        der.sequence(der.objectIdentifier('1.2.3'), der.boolean(false), der.octetString(Uint8Array.of(5, 0))),
      ],
    },
    'der.default-encoded',
  ],
  [
    'critical as a BER boolean',
    { extensions: [der.sequence(der.objectIdentifier('1.2.3'), fromHex('010101'), fromHex('0400'))] },
    'der.boolean',
  ],
  ['a byte behind an extension value', only(extensionId.keyUsage, fromHex('0302078000')), 'der.trailing'],
  [
    'an element behind an extension value',
    { extensions: [der.sequence(der.objectIdentifier('1.2.3'), fromHex('0400'), fromHex('0500'))] },
    'der.trailing',
  ],
  ['cA FALSE written out', only(extensionId.basicConstraints, fromHex('3003010100')), 'der.default-encoded'],
  ['a path length without cA', only(extensionId.basicConstraints, fromHex('3003020100')), 'certificate.path-length'],
  ['a path length of 256', only(extensionId.basicConstraints, fromHex('30070101ff02020100')), 'der.integer-too-large'],
  [
    'an element behind the path length',
    only(extensionId.basicConstraints, fromHex('30080101ff0201000500')),
    'der.trailing',
  ],
  ['a negative path length', only(extensionId.basicConstraints, fromHex('30060101ff0201ff')), 'der.integer-negative'],
  ['no bit of key usage', only(extensionId.keyUsage, fromHex('030100')), 'certificate.key-usage-empty'],
  ['key usage with a trailing zero bit', only(extensionId.keyUsage, fromHex('03020080')), 'der.bit-string'],
  ['a tenth bit of key usage', only(extensionId.keyUsage, fromHex('0303060040')), 'der.bit-string'],
  ['no purpose', only(extensionId.extKeyUsage, der.sequence()), 'certificate.extended-key-usages-count'],
  [
    '17 purposes',
    only(extensionId.extKeyUsage, der.sequence(...many(17, (index) => der.objectIdentifier(`1.2.${index}`)))),
    'certificate.extended-key-usages-count',
  ],
  [
    'a purpose twice',
    only(extensionId.extKeyUsage, der.sequence(...many(2, () => der.objectIdentifier('1.2.3')))),
    'certificate.extended-key-usage-repeated',
  ],
  ['an empty subject key identifier', only(extensionId.subjectKeyIdentifier, fromHex('0400')), 'der.octets'],
  [
    'a subject key identifier of 65 octets',
    only(extensionId.subjectKeyIdentifier, der.octetString(new Uint8Array(65))),
    'der.octets',
  ],
  ['an empty authority key identifier', only(extensionId.authorityKeyIdentifier, der.sequence()), 'der.missing'],
  [
    'an authority key identifier by serial number',
    only(extensionId.authorityKeyIdentifier, fromHex('3003820101')),
    'der.tag',
  ],
  [
    'a serial number behind the authority key identifier',
    only(extensionId.authorityKeyIdentifier, fromHex('3006800101820101')),
    'der.trailing',
  ],
  ['no alternative name', names(), 'certificate.alternative-names-count'],
  [
    '17 alternative names',
    names(...many(17, (index) => generalName({ kind: 'dns', name: `a${index}` }))),
    'certificate.alternative-names-count',
  ],
  ['a wildcard host', names(generalName({ kind: 'dns', name: '*.example.com' })), 'certificate.alternative-name'],
  ['a host in capitals', names(generalName({ kind: 'dns', name: 'Example.com' })), 'certificate.alternative-name'],
  [
    'a host with a label of 64 characters',
    names(generalName({ kind: 'dns', name: 'a'.repeat(64) })),
    'certificate.alternative-name',
  ],
  ['a host with a zero byte', names(generalName({ kind: 'dns', name: 'a.example\0.com' })), 'der.text'],
  ['a relative URI', names(generalName({ kind: 'uri', uri: '/path' })), 'certificate.alternative-name'],
  ['a URI with a space', names(generalName({ kind: 'uri', uri: 'urn:a b' })), 'certificate.alternative-name'],
  [
    'an address of 8 octets',
    names(generalName({ kind: 'ip', address: new Uint8Array(8) })),
    'certificate.alternative-name',
  ],
  ['an address of 32 octets', names(generalName({ kind: 'ip', address: new Uint8Array(32) })), 'der.octets'],
  ['an e-mail address', names(der.element(0x81, utf8('a@example.com'))), 'certificate.alternative-name'],
  [
    'another otherName',
    names(der.element(0xa0, der.objectIdentifier('1.3.6.1.4.1.311.20.2.3'), der.element(0xa0, der.text('utf8', 'a')))),
    'certificate.alternative-name',
  ],
  [
    'an element behind a hardware module name',
    names(der.element(0xa0, der.objectIdentifier(hardwareModuleName), der.element(0xa0, moduleName), fromHex('0500'))),
    'der.trailing',
  ],
  [
    'a second hardware module name in one otherName',
    names(der.element(0xa0, der.objectIdentifier(hardwareModuleName), der.element(0xa0, moduleName, moduleName))),
    'der.trailing',
  ],
  [
    'an element behind a hardware serial',
    names(
      der.element(
        0xa0,
        der.objectIdentifier(hardwareModuleName),
        der.element(0xa0, der.sequence(der.objectIdentifier('1.2.3'), der.octetString(utf8('1')), fromHex('0500'))),
      ),
    ),
    'der.trailing',
  ],
  [
    'a hardware serial of 65 octets',
    names(generalName({ kind: 'hardware-module', hardwareType: '1.2.3', serialNumber: new Uint8Array(65) })),
    'der.octets',
  ],
  [
    'a device extension without a chain id',
    device(der.text('utf8', 'telecom'), ...texts.slice(1), firmware),
    'certificate.device-chain',
  ],
  ['a device extension without a batch', device(...texts.slice(0, 2), firmware), 'der.tag'],
  ['a device extension without firmware', device(...texts), 'der.missing'],
  ['a field behind the firmware', device(...texts, firmware, firmware), 'der.trailing'],
  ['a model as PrintableString', device(texts[0]!, der.text('printable', 'a'), texts[2]!, firmware), 'der.tag'],
  [
    'a model of 65 characters',
    device(texts[0]!, der.text('utf8', 'x'.repeat(65)), texts[2]!, firmware),
    'der.text-length',
  ],
  ['no firmware number', device(...texts, der.sequence()), 'certificate.device-firmware-count'],
  [
    '9 firmware numbers',
    device(...texts, der.sequence(...many(9, der.smallInteger))),
    'certificate.device-firmware-count',
  ],
  ['a firmware number of 2^31', device(...texts, der.sequence(der.smallInteger(2 ** 31))), 'der.integer-too-large'],
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

  it('with every code of the form in one of these tests', () => {
    const elsewhere = ['too-large', 'not-self-issued', 'key-algorithm', 'self-signature'].map((c) => `certificate.${c}`)
    const expected = certificateError.rows.filter(({ number }) => number < 1080).map(({ code }) => code)
    const raised = cases.map(([, , code]) => code).filter((code) => code.startsWith('certificate.'))
    expect(new Set([...raised, ...elsewhere])).toEqual(new Set(expected))
  })
})

describe('parseCertificate takes', () => {
  const parse = (overrides: Partial<Parts>) => parseCertificate(assemble({ ...sound, ...overrides }))

  it('unknown extensions that are not critical, and lists them', () => {
    const unknown = extension('1.3.6.1.5.5.7.1.1', false, Uint8Array.of(1, 2, 3))
    const certificate = parse({ extensions: [unknown, ...sound.extensions] })
    expect(certificate.unknownExtensions).toEqual(['1.3.6.1.5.5.7.1.1'])
    expect(certificate.extensions[0]).toEqual({
      id: '1.3.6.1.5.5.7.1.1',
      critical: false,
      value: Uint8Array.of(1, 2, 3),
    })
  })

  it('a validity of one moment', () => {
    const certificate = parse(validity(utcTime('260101000000Z'), utcTime('260101000000Z')))
    expect(certificate.notAfter).toBe(certificate.notBefore)
  })

  it('a certificate without extensions', () => {
    expect(parse({ extensions: [] })).toMatchObject({ extensions: [], unknownExtensions: [] })
  })

  it('a CA with a path length, a serial number of 20 octets, and no expiry', () => {
    const certificate = parse({
      ...only(extensionId.basicConstraints, fromHex('30060101ff020102'), true),
      serialNumber: der.unsignedInteger(new Uint8Array(20).fill(0x7f)),
      ...sinceNewYear(generalizedTime('99991231235959Z')),
    })
    expect(certificate.basicConstraints).toEqual({ authority: true, pathLength: 2 })
    expect(certificate.serialNumber).toEqual(new Uint8Array(20).fill(0x7f))
    expect(certificate.notAfter).toBe(noExpiration)
  })

  it('each kind of alternative name', () => {
    const list = [
      { kind: 'dns', name: 'cell-5.acme.example' },
      { kind: 'uri', uri: 'urn:dev:ops:32473-cell-5' },
      { kind: 'ip', address: Uint8Array.of(192, 0, 2, 1) },
      { kind: 'ip', address: new Uint8Array(16).fill(1) },
      { kind: 'hardware-module', hardwareType: '1.2.3', serialNumber: Uint8Array.of(0xff) },
    ] as const
    expect(parse(names(...list.map(generalName))).alternativeNames).toEqual(list)
  })

  it('another issuer, which makes it not self-issued', () => {
    const issuer = name({ attributes: [{ type: '2.5.4.3', text: 'Acme CA', form: 'printable' }] })
    expect(parse({ issuer }).selfIssued).toBe(false)
    const sameTextOtherForm = name({
      attributes: parseCertificate(sample).subject.attributes.map((attribute) =>
        attribute.type === '2.5.4.10' ? { ...attribute, form: 'utf8' } : attribute,
      ),
    })
    expect(parse({ issuer: sameTextOtherForm }).selfIssued).toBe(false)
  })
})

describe('verifySelfSignature', () => {
  it('refuses a certificate of which a signed byte has changed', () => {
    const changed = parseCertificate(
      replaceOnce(sample, Buffer.from('SmallCell').toString('hex'), Buffer.from('SmallCelk').toString('hex')),
    )
    expect(refusal(() => verifySelfSignature(changed))).toBe('certificate.self-signature')
  })

  it('refuses the signature of another key', async () => {
    const other = await issueDeviceCertificate(deviceRequest({ sign: makeKey().sign }))
    expect(refusal(() => verifySelfSignature(parseCertificate(other)))).toBe('certificate.self-signature')
  })

  it('refuses a key of another algorithm than the signature', () => {
    const certificate = parseCertificate(assemble({ ...sound, spki: makeKey('EdDSA').key.spki }))
    expect(refusal(() => selfSignatureCheck(certificate))).toBe('certificate.key-algorithm')
  })

  it('refuses a certificate that names another issuer', () => {
    const certificate = parseCertificate(assemble({ ...sound, issuer: der.sequence(organization) }))
    expect(refusal(() => selfSignatureCheck(certificate))).toBe('certificate.not-self-issued')
  })
})
