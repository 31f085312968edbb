import { describe, expect, it } from 'vitest'
import { der, tag } from '../../../pki/certificate/der/index.ts'
import { extensionId, noExpiration, parseCertificate } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { fromHex, utf8 } from '../../../src/codec/index.ts'
import { assemble, extension, generalName, name, type Parts, partsOf } from './assemble.ts'
import { deviceRequest, everything } from './device.ts'

const sample = await issueDeviceCertificate(deviceRequest(everything))
const sound = partsOf(parseCertificate(sample))

const validity = (from: Uint8Array, until: Uint8Array) => ({ validity: der.sequence(from, until) })
const utcTime = (text: string) => der.element(tag.utcTime, utf8(text))
const generalizedTime = (text: string) => der.element(tag.generalizedTime, utf8(text))
const sinceNewYear = (until: Uint8Array) => validity(utcTime('260101000000Z'), until)
const only = (id: string, value: Uint8Array, critical = false) => ({ extensions: [extension(id, critical, value)] })
const names = (...list: readonly Uint8Array[]) => only(extensionId.subjectAltName, der.sequence(...list))

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
