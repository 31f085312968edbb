import 'reflect-metadata'
import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Certificate,
  certificatePem,
  checkProfile,
  defaultDeviceProfile,
  deviceExtension,
  parseCertificate,
  readCertificates,
} from '../../../pki/certificate/index.ts'
import { verifySelfSignature } from '../../../pki/certificate/verify.ts'
import { toHex, utf8 } from '../../../src/codec/index.ts'
import { derFromRaw } from '../../../src/crypto/index.ts'
import { issueSamples, replaceOnce } from './device.ts'

const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const samples = (await issueSamples()).map((der, index) => {
  const file = join(folder, `sample-${index}.pem`)
  writeFileSync(file, certificatePem(der))
  return { der, file, certificate: parseCertificate(der) }
})

function openssl(...words: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('openssl', words, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

describe('OpenSSL on certificates that are issued here', () => {
  it.each(samples)('prints $file', ({ file, certificate }) => {
    const { status, output } = openssl('x509', '-in', file, '-noout', '-text', '-nameopt', 'oneline,utf8,-esc_msb')
    expect(status).toBe(0)
    expect(output).toContain('Version: 3 (0x2)')
    expect(output).toContain(certificate.algorithm === 'ES256' ? 'ecdsa-with-SHA256' : 'ED25519')
    expect(output).toContain(certificate.subject.commonName ?? 'O = acme-radio, serialNumber = SC-000123')
    expect(output).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
    expect(output).toMatch(/Key Usage: critical\s+Digital Signature/)
    expect(output).toContain(`${deviceExtension}:`)
    expect(output).toContain('Not After : Jan  1 00:00:00 2036 GMT')
  })

  // -check_ss_sig makes OpenSSL verify the signature of a self-signed certificate, which it otherwise takes on trust.
  it.each(samples)('verifies $file against itself as its only trust anchor, in strict mode', ({ file }) => {
    const flags = ['-x509_strict', '-check_ss_sig', '-no-CApath', '-no-CAstore', '-CAfile', file]
    expect(openssl('verify', ...flags, file)).toMatchObject({ status: 0, output: `${file}: OK\n` })
    expect(openssl('verify', ...flags, '-purpose', 'sslclient', file)).toMatchObject({ status: 0 })
  })

  it('does not verify one against another, nor one that was changed', () => {
    const [first, second] = samples as [(typeof samples)[number], (typeof samples)[number]]
    const flags = ['-no-CApath', '-no-CAstore', '-check_ss_sig']
    expect(openssl('verify', ...flags, '-CAfile', second.file, first.file).status).not.toBe(0)
    const changed = join(folder, 'changed.pem')
    const from = toHex(utf8('SmallCell'))
    writeFileSync(changed, certificatePem(replaceOnce(first.der, from, toHex(utf8('SmallCelk')))))
    expect(openssl('verify', ...flags, '-CAfile', changed, changed).status).not.toBe(0)
  })
})

const configuration = `
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
string_mask = utf8only
utf8 = yes
[subject]
C = CN
O = acme-radio
OU = 小基站
CN = Cell 5
serialNumber = SC-000124
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyAgreement
extendedKeyUsage = clientAuth, serverAuth, 1.3.6.1.5.5.7.3.17
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = @names
${deviceExtension} = ASN1:SEQUENCE:device
[names]
DNS.1 = cell-5.acme.example
IP.1 = 192.0.2.5
IP.2 = 2001:db8::5
URI.1 = urn:dev:ops:32473-cell-5
otherName.1 = 1.3.6.1.5.5.7.8.4;SEQUENCE:hardware
[hardware]
type = OID:1.3.6.1.4.1.32473.7.2
serial = FORMAT:ASCII,OCTETSTRING:SC-000124
[device]
chain = UTF8:telecom-0123abcd
model = UTF8:SmallCell 5
batch = UTF8:2026-07
firmware = SEQUENCE:firmware
[firmware]
1 = INTEGER:2
2 = INTEGER:10
3 = INTEGER:2147483647
`

const keyOptions = {
  ES256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  EdDSA: ['-newkey', 'ed25519'],
} as const

describe('a certificate of the OpenSSL command line', () => {
  it.each(['ES256', 'EdDSA'] as const)('with %s is read and fits the default profile', (algorithm) => {
    const configurationFile = join(folder, 'device.cnf')
    const keyFile = join(folder, 'device.key')
    writeFileSync(configurationFile, configuration)
    const pem = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-config',
        configurationFile,
        ...keyOptions[algorithm],
        '-noenc',
        '-keyout',
        keyFile,
        '-days',
        '3650',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const [der] = readCertificates(pem)
    const certificate = parseCertificate(der!)
    expect(() => verifySelfSignature(certificate)).not.toThrow()
    expect(() => checkProfile(certificate, defaultDeviceProfile)).not.toThrow()
    expect(certificate).toMatchObject({
      algorithm,
      keyUsage: ['digitalSignature', 'keyAgreement'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.17'],
      device: {
        chain: 'telecom-0123abcd',
        model: 'SmallCell 5',
        batch: '2026-07',
        firmware: [2, 10, 2_147_483_647],
      },
    })
    expect(certificate.subject).toMatchObject({
      country: 'CN',
      organization: 'acme-radio',
      organizationalUnit: '小基站',
      commonName: 'Cell 5',
      serialNumber: 'SC-000124',
    })
    expect(certificate.alternativeNames?.map(({ kind }) => kind)).toEqual(['dns', 'ip', 'ip', 'uri', 'hardware-module'])
    expect(certificate.alternativeNames?.at(-1)).toEqual({
      kind: 'hardware-module',
      hardwareType: '1.3.6.1.4.1.32473.7.2',
      serialNumber: utf8('SC-000124'),
    })
    expect(certificate.authorityKeyIdentifier).toEqual(certificate.subjectKeyIdentifier)
  })
})

/** The serial number as node and @peculiar/x509 show it. */
function serialHex({ serialNumber }: Certificate): string {
  return toHex(serialNumber)
}

describe("node's X509Certificate agrees", () => {
  it.each(samples)('on $file', ({ der, certificate }) => {
    const other = new NodeCertificate(der)
    expect(other.serialNumber.toLowerCase()).toBe(serialHex(certificate))
    expect(other.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(toHex(certificate.fingerprint))
    expect(BigInt(other.validFromDate.getTime())).toBe(certificate.notBefore)
    expect(BigInt(other.validToDate.getTime())).toBe(certificate.notAfter)
    expect(other.ca).toBe(certificate.basicConstraints?.authority)
    expect(other.subject).toBe(other.issuer)
    expect(other.subject.split('\n')).toContain(`serialNumber=${certificate.subject.serialNumber}`)
    expect(new Uint8Array(other.publicKey.export({ type: 'spki', format: 'der' }))).toEqual(certificate.key.spki)
    expect(other.verify(other.publicKey)).toBe(true)
    expect(other.keyUsage).toEqual(certificate.extendedKeyUsage)
  })
})

describe('@peculiar/x509 agrees', () => {
  it.each(samples)('on $file', async ({ der, certificate }) => {
    const other = new X509Certificate(new Uint8Array(der))
    expect(other.serialNumber).toBe(serialHex(certificate))
    expect(BigInt(other.notBefore.getTime())).toBe(certificate.notBefore)
    expect(BigInt(other.notAfter.getTime())).toBe(certificate.notAfter)
    expect(other.subjectName.getField('O')).toEqual([certificate.subject.organization])
    expect(other.subjectName.getField('2.5.4.5')).toEqual([certificate.subject.serialNumber])
    expect(other.subjectName.getField('CN')).toEqual(
      certificate.subject.commonName === undefined ? [] : [certificate.subject.commonName],
    )
    expect(new Uint8Array(other.publicKey.rawData)).toEqual(certificate.key.spki)
    expect(new Uint8Array(other.signature)).toEqual(
      certificate.algorithm === 'ES256' ? derFromRaw(certificate.signature) : certificate.signature,
    )
    expect(other.getExtension(BasicConstraintsExtension)?.ca).toBe(false)
    expect(other.getExtension(KeyUsagesExtension)?.usages).toBe(certificate.keyUsage?.includes('keyAgreement') ? 17 : 1)
    expect(other.getExtension(ExtendedKeyUsageExtension)?.usages).toEqual(certificate.extendedKeyUsage)
    expect(other.extensions.map(({ type, critical }) => [type, critical])).toEqual(
      certificate.extensions.map(({ id, critical }) => [id, critical]),
    )
    expect(await other.isSelfSigned()).toBe(true)
  })
})
