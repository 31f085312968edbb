import { describe, expect, it } from 'vitest'
import { checkProfile, defaultDeviceProfile, parseCertificate } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { verifySelfSignature } from '../../../pki/certificate/verify.ts'
import { sha256 } from '../../../src/crypto/index.ts'
import { reassemble } from './assemble.ts'
import { deviceRequest, everything, issueSamples, makeKey, notAfter, notBefore } from './device.ts'

describe('issueDeviceCertificate', () => {
  it('makes a certificate that reads back as what was asked for', async () => {
    const key = makeKey()
    const request = deviceRequest(everything, key)
    const certificate = parseCertificate(await issueDeviceCertificate(request))
    expect(certificate).toMatchObject({
      algorithm: 'ES256',
      selfIssued: true,
      notBefore,
      notAfter,
      key: key.key,
      basicConstraints: { authority: false },
      keyUsage: ['digitalSignature', 'keyAgreement'],
      extendedKeyUsage: everything.extendedKeyUsage,
      device: { chain: 'telecom-0123abcd', model: 'SmallCell 5', batch: '2026-07', firmware: [2, 10, 7] },
      unknownExtensions: [],
    })
    expect(certificate.subject).toMatchObject({
      organization: 'acme-radio',
      serialNumber: 'SC-000123',
      commonName: 'Funkzelle Süd 小基站',
    })
    expect(certificate.subject.country).toBeUndefined()
    expect(certificate.alternativeNames).toEqual([
      {
        kind: 'hardware-module',
        hardwareType: '1.3.6.1.4.1.32473.7.2',
        serialNumber: new Uint8Array(Buffer.from('SC-000123')),
      },
    ])
    expect(certificate.fingerprint).toEqual(sha256(certificate.der))
  })

  it('signs with the key that the certificate carries and fits the default profile, for each algorithm', async () => {
    for (const der of await issueSamples()) {
      const certificate = parseCertificate(der)
      expect(() => verifySelfSignature(certificate)).not.toThrow()
      expect(() => checkProfile(certificate, defaultDeviceProfile)).not.toThrow()
      expect(reassemble(certificate)).toEqual(der)
    }
  })

  it('draws a positive serial number of 16 octets, another one each time', async () => {
    const request = deviceRequest()
    const serials = await Promise.all(
      Array.from({ length: 50 }, async () => parseCertificate(await issueDeviceCertificate(request)).serialNumber),
    )
    expect(serials.every((serial) => serial.length === 16)).toBe(true)
    expect(new Set(serials.map(String)).size).toBe(50)
  })

  it('takes the serial number of the caller and brings it into its shortest form', async () => {
    const certificateSerial = Uint8Array.of(0, 0, 0x80, 1)
    const certificate = parseCertificate(await issueDeviceCertificate(deviceRequest({ certificateSerial })))
    expect(certificate.serialNumber).toEqual(Uint8Array.of(0x80, 1))
  })

  it.each([
    ['certificate.serial-number-zero', { certificateSerial: Uint8Array.of(0) }],
    ['der.integer-too-large', { certificateSerial: new Uint8Array(20).fill(0xff) }],
    ['certificate.profile-device-serial', { serial: '/leading-slash' }],
    ['certificate.device-chain', { chain: 'no chain id' }],
    ['certificate.device-firmware-count', { firmware: [] }],
    ['certificate.validity', { notAfter: notBefore - 1000n }],
    ['certificate.profile-validity', { notAfter: BigInt(Date.UTC(2046, 0, 3)) }],
    ['certificate.profile-extended-key-usage', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.3'] }],
    ['der.text-length', { manufacturer: 'x'.repeat(65) }],
    ['der.text', { model: 'two\nlines' }],
  ])('does not hand out what the ledger would refuse: %s', async (code, overrides) => {
    await expect(issueDeviceCertificate(deviceRequest(overrides))).rejects.toMatchObject({ code })
  })

  it('refuses values that have no DER form as mistakes of the caller', async () => {
    await expect(issueDeviceCertificate(deviceRequest({ notBefore: notBefore + 1n }))).rejects.toThrow(TypeError)
    await expect(issueDeviceCertificate(deviceRequest({ serial: 'Ä' }))).rejects.toThrow(TypeError)
    await expect(issueDeviceCertificate(deviceRequest({ firmware: [-1] }))).rejects.toThrow(TypeError)
    await expect(issueDeviceCertificate(deviceRequest({ hardwareType: '1.40.1' }))).rejects.toThrow(TypeError)
  })
})
