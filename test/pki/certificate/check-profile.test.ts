import { describe, expect, it } from 'vitest'
import { der } from '../../../pki/certificate/der/index.ts'
import {
  certificateError,
  checkProfile,
  DeviceProfile,
  defaultDeviceProfile,
  extensionId,
  type NameAttribute,
  noExpiration,
  parseCertificate,
} from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { decodeAs, encodeAs, fromHex, utf8 } from '../../../src/codec/index.ts'
import { assemble, extension, generalName, name, type Parts, partsOf } from './assemble.ts'
import { deviceRequest, everything, makeKey, notBefore, refusal } from './device.ts'

const plain = parseCertificate(await issueDeviceCertificate(deviceRequest()))
const rich = parseCertificate(await issueDeviceCertificate(deviceRequest(everything)))
const edwards = parseCertificate(await issueDeviceCertificate(deviceRequest({}, makeKey('EdDSA'))))

const sound = partsOf(plain)
const [constraints, usage, device] = sound.extensions as [Uint8Array, Uint8Array, Uint8Array]

const organization: NameAttribute = { type: '2.5.4.10', text: 'acme-radio', form: 'utf8' }
const serial = (text: string): NameAttribute => ({ type: '2.5.4.5', text, form: 'printable' })

/** Issuer and subject alike. */
function named(...attributes: readonly NameAttribute[]): Partial<Parts> {
  const encoded = name({ attributes })
  return { issuer: encoded, subject: encoded }
}

const until = (notAfter: bigint): Partial<Parts> => ({
  validity: der.sequence(der.time(notBefore), der.time(notAfter)),
})
const days = (count: bigint) => notBefore + count * 86_400_000n
const having = (...extensions: readonly Uint8Array[]): Partial<Parts> => ({ extensions })
const and = (...extensions: readonly Uint8Array[]) => having(...sound.extensions, ...extensions)
const alternative = (...names: Parameters<typeof generalName>[0][]) =>
  extension(extensionId.subjectAltName, false, der.sequence(...names.map(generalName)))
const hardware = (text: string) =>
  ({ kind: 'hardware-module', hardwareType: '1.2.3', serialNumber: utf8(text) }) as const
const keyUsage = (hexadecimal: string) => extension(extensionId.keyUsage, true, fromHex(hexadecimal))
const subjectKey = extension(extensionId.subjectKeyIdentifier, false, der.octetString(Uint8Array.of(1, 2)))
const authorityKey = (...octets: number[]) =>
  extension(extensionId.authorityKeyIdentifier, false, der.sequence(der.element(0x80, Uint8Array.from(octets))))

const cases: readonly (readonly [
  what: string,
  parts: Partial<Parts>,
  profile: Partial<DeviceProfile>,
  code: string,
])[] = [
  ['an algorithm that is not listed', {}, { algorithms: ['EdDSA'] }, 'profile-algorithm'],
  [
    'a key of an algorithm that is not listed',
    { spki: edwards.key.spki },
    { algorithms: ['ES256'] },
    'profile-algorithm',
  ],
  [
    'a signature of an algorithm that is not listed',
    { spki: edwards.key.spki },
    { algorithms: ['EdDSA'] },
    'profile-algorithm',
  ],
  ['another issuer', { issuer: name({ attributes: [organization] }) }, {}, 'profile-self-issued'],
  ['a validity of a second more than the limit', until(days(7305n) + 1000n), {}, 'profile-validity'],
  ['no expiry', until(noExpiration), {}, 'profile-without-expiry'],
  ['a subject without manufacturer', named(serial('SC-1')), {}, 'profile-subject-missing'],
  ['a subject without serial', named(organization), {}, 'profile-subject-missing'],
  ['a subject attribute that is not listed', {}, { requiredSubject: ['serialNumber'] }, 'profile-subject-refused'],
  ['a device serial with a space', named(organization, serial('SC 1')), {}, 'profile-device-serial'],
  ['a device serial that begins with a dot', named(organization, serial('.1')), {}, 'profile-device-serial'],
  ['a device serial with a plus sign', named(organization, serial('SC+1')), {}, 'profile-device-serial'],
  ['no basic constraints', having(usage, device), {}, 'profile-extension-missing'],
  ['no key usage', having(constraints, device), {}, 'profile-extension-missing'],
  ['no device extension', having(constraints, usage), {}, 'profile-extension-missing'],
  ['no extensions at all', having(), {}, 'profile-extension-missing'],
  ['an unknown extension', and(extension('1.2.3', false, Uint8Array.of(5, 0))), {}, 'profile-extension-refused'],
  ['a known extension that is not listed', and(subjectKey), { optionalExtensions: [] }, 'profile-extension-refused'],
  [
    'basic constraints that are not critical',
    having(extension(extensionId.basicConstraints, false, der.sequence()), usage, device),
    {},
    'profile-extension-not-critical',
  ],
  [
    'key usage that is not critical',
    having(constraints, extension(extensionId.keyUsage, false, fromHex('03020780')), device),
    {},
    'profile-extension-not-critical',
  ],
  [
    'a CA',
    having(extension(extensionId.basicConstraints, true, fromHex('30030101ff')), usage, device),
    {},
    'profile-authority',
  ],
  ['no digital signature', having(constraints, keyUsage('03020308'), device), {}, 'profile-key-usage-missing'],
  ['certificate signing', having(constraints, keyUsage('03020284'), device), {}, 'profile-key-usage-refused'],
  [
    'a purpose that is not listed',
    and(extension(extensionId.extKeyUsage, false, der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.3')))),
    {},
    'profile-extended-key-usage',
  ],
  [
    'any purpose',
    and(extension(extensionId.extKeyUsage, false, der.sequence(der.objectIdentifier('2.5.29.37.0')))),
    {},
    'profile-extended-key-usage',
  ],
  [
    'a kind of alternative name that is not listed',
    and(alternative({ kind: 'uri', uri: 'urn:a' })),
    { alternativeNames: ['dns', 'ip'] },
    'profile-alternative-name',
  ],
  [
    'a hardware module name where there may be none',
    and(alternative(hardware('SC-000123'))),
    { hardwareModuleName: 'refused' },
    'profile-alternative-name',
  ],
  [
    'no hardware module name where there must be one',
    {},
    { hardwareModuleName: 'required' },
    'profile-hardware-module-missing',
  ],
  [
    'two hardware module names',
    and(alternative(hardware('SC-000123'), hardware('SC-000123'))),
    {},
    'profile-hardware-module-repeated',
  ],
  [
    'a hardware serial that is not the device serial',
    and(alternative(hardware('SC-000124'))),
    {},
    'profile-hardware-serial',
  ],
  ['an authority key without a subject key', and(authorityKey(1, 2)), {}, 'profile-authority-key'],
  ['an authority key of another certificate', and(subjectKey, authorityKey(1, 3)), {}, 'profile-authority-key'],
]

describe('checkProfile', () => {
  it('takes device certificates with the least and with the most that they may hold, of each algorithm', () => {
    for (const certificate of [plain, rich, edwards]) {
      expect(() => checkProfile(certificate, defaultDeviceProfile)).not.toThrow()
    }
    const keyed = parseCertificate(assemble({ ...sound, ...and(subjectKey, authorityKey(1, 2)) }))
    expect(() => checkProfile(keyed, defaultDeviceProfile)).not.toThrow()
  })

  it('counts the validity in begun days', () => {
    const whole = parseCertificate(assemble({ ...sound, ...until(days(7305n)) }))
    expect(() => checkProfile(whole, defaultDeviceProfile)).not.toThrow()
  })

  it('takes a certificate without expiry where the profile says so', () => {
    const certificate = parseCertificate(assemble({ ...sound, ...until(noExpiration) }))
    expect(() => checkProfile(certificate, { ...defaultDeviceProfile, withoutExpiry: true })).not.toThrow()
  })

  it('takes a certificate of an issuer where the profile says so', () => {
    const certificate = parseCertificate(assemble({ ...sound, issuer: name({ attributes: [organization] }) }))
    expect(() => checkProfile(certificate, { ...defaultDeviceProfile, selfIssued: false })).not.toThrow()
  })

  it.each(cases)('refuses %s', (_, parts, profile, code) => {
    const certificate = parseCertificate(assemble({ ...sound, ...parts }))
    expect(refusal(() => checkProfile(certificate, { ...defaultDeviceProfile, ...profile }))).toBe(
      `certificate.${code}`,
    )
  })

  it('has a refusal above for each of its codes', () => {
    const expected = certificateError.rows.filter(({ number }) => number >= 1090).map(({ code }) => code)
    expect(new Set(cases.map(([, , , code]) => `certificate.${code}`))).toEqual(new Set(expected))
  })
})

describe('DeviceProfile', () => {
  it('goes to bytes and back as a parameter on chain', () => {
    const bytes = encodeAs(DeviceProfile, defaultDeviceProfile)
    expect(decodeAs(DeviceProfile, bytes)).toEqual(defaultDeviceProfile)
  })

  it.each([
    ['no algorithm', { algorithms: [] }],
    ['a validity of no day', { maximumValidityDays: 0 }],
    ['an extension that is no object identifier', { requiredExtensions: ['basicConstraints'] }],
    ['a name with capitals', { name: 'Device' }],
  ])('refuses %s', (_, change) => {
    expect(refusal(() => encodeAs(DeviceProfile, { ...defaultDeviceProfile, ...change }))).toBe('codec.schema')
  })
})
