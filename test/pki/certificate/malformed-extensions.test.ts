import { describe, expect, it } from 'vitest'
import { der } from '../../../pki/certificate/der/index.ts'
import { certificateError, extensionId, hardwareModuleName, parseCertificate } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { fromHex, utf8 } from '../../../src/codec/index.ts'
import { assemble, extension, generalName, type Parts, partsOf } from './assemble.ts'
import { deviceRequest, everything, refusal } from './device.ts'

const sample = await issueDeviceCertificate(deviceRequest(everything))
const sound = partsOf(parseCertificate(sample))

type Case = readonly [what: string, overrides: Partial<Parts>, code: string]

const only = (id: string, value: Uint8Array, critical = false) => ({ extensions: [extension(id, critical, value)] })
const names = (...list: readonly Uint8Array[]) => only(extensionId.subjectAltName, der.sequence(...list))
const device = (...fields: readonly Uint8Array[]) => only(extensionId.device, der.sequence(...fields))
const texts = ['telecom-0123abcd', 'SmallCell 5', '2026-07'].map((value) => der.text('utf8', value))
const firmware = der.sequence(der.smallInteger(1))
const moduleName = der.sequence(der.objectIdentifier('1.2.3'), der.octetString(utf8('1')))
const many = (count: number, make: (index: number) => Uint8Array) => Array.from({ length: count }, (_, i) => make(i))

const cases: readonly Case[] = [
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

  it('with each code of extensions in one of these tests', () => {
    const [first, end] = [certificateError.numberOf('extensions-count'), certificateError.numberOf('not-self-issued')]
    const expected = certificateError.rows.filter(({ number }) => number >= first && number < end)
    const raised = cases.map(([, , code]) => code).filter((code) => code.startsWith('certificate.'))
    expect(new Set(raised)).toEqual(new Set(expected.map(({ code }) => code)))
  })
})
