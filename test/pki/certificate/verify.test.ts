import { describe, expect, it } from 'vitest'
import { parseCertificate, selfSignatureCheck } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { verifySelfSignature } from '../../../pki/certificate/verify.ts'
import { assemble, name, partsOf } from './assemble.ts'
import { deviceRequest, everything, makeKey, refusal, replaceOnce } from './device.ts'

const sample = await issueDeviceCertificate(deviceRequest(everything))
const sound = partsOf(parseCertificate(sample))

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
    const certificate = parseCertificate(
      assemble({ ...sound, issuer: name({ attributes: [{ type: '2.5.4.10', text: 'other', form: 'utf8' }] }) }),
    )
    expect(refusal(() => selfSignatureCheck(certificate))).toBe('certificate.not-self-issued')
  })
})
