import { describe, expect, it } from 'vitest'
import { explainRefusal } from '../../../api/client/explain.ts'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { sha256 } from '../../../src/crypto/portable/index.ts'
import { issueSamples } from '../../pki/certificate/device.ts'

const [der] = (await issueSamples()) as [Uint8Array]
const { subject, key } = parseCertificate(der)
const chain = 'here-01234567'

describe('the sentence of a refusal', () => {
  it('names what the certificate says', () => {
    const inForce = `device ${subject.serialNumber} of ${subject.organization} has a certificate that is in force`
    expect(explainRefusal('pki.device-has-certificate', { der, chain })).toBe(inForce)
    expect(explainRefusal('pki.key-in-use', { der, chain })).toContain(`the key ${toHex(sha256(key.spki))} is`)
    expect(explainRefusal('pki.other-chain', { der, chain })).toContain(`this is ${chain}`)
  })

  it('names the certificate that was asked for, without having it', () => {
    const fingerprint = 'ab'.repeat(32)
    expect(explainRefusal('pki.unknown-certificate', { fingerprint })).toContain(`no certificate ${fingerprint} has`)
    expect(explainRefusal('pki.may-not-revoke', { fingerprint })).toContain('the manufacturer ... nor')
  })

  it('leaves a gap where only the chain knows', () => {
    expect(explainRefusal('pki.not-yet-valid', { der, chain })).toMatch(/begins at \d+, block time is \.\.\. \(/)
    expect(explainRefusal('certificate.profile-validity', { der, chain })).toContain('at most ... days')
  })

  it('is left to the node for the codes of other areas', () => {
    expect(explainRefusal('governance.member-not-active', { der, chain })).toBeUndefined()
    expect(explainRefusal('done', { der, chain })).toBeUndefined()
  })
})
