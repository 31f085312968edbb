import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  certificateError,
  certificatePem,
  maximumBundleCertificates,
  maximumCertificateBytes,
  readCertificates,
} from '../../../pki/certificate/index.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { issueSamples, refusal } from './device.ts'

const [first, second, third] = (await issueSamples()) as [Uint8Array, Uint8Array, Uint8Array]
const pem = certificatePem(first)
const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'
const lines = pem.split('\n')
/** A file of base64 lines between the boundaries. */
const block = (...body: readonly string[]) => `${[begin, ...body, end].join('\n')}\n`
const full = 'A'.repeat(64)

describe('readCertificates', () => {
  it('gives back what certificatePem wrote, for every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (der) => {
        expect(readCertificates(utf8(certificatePem(der)))).toEqual([der])
      }),
    )
  })

  it('reads a bundle in its order, with LF or with CRLF, with or without the final line end', () => {
    const bundle = [first, second, third].map(certificatePem).join('')
    const crlf = bundle.replaceAll('\n', '\r\n')
    for (const file of [bundle, bundle.slice(0, -1), crlf, crlf.slice(0, -2)]) {
      expect(readCertificates(utf8(file))).toEqual([first, second, third])
    }
  })

  it('takes DER as it is', () => {
    expect(readCertificates(first)).toEqual([first])
  })

  it('reads and writes what OpenSSL writes and reads', () => {
    const written = execFileSync('openssl', ['x509', '-inform', 'der', '-outform', 'pem'], { input: first })
    expect(written.toString()).toBe(pem)
    expect(readCertificates(written)).toEqual([first])
  })

  it(`takes ${maximumBundleCertificates} certificates and not one more`, () => {
    const file = certificatePem(Uint8Array.of(1)).repeat(maximumBundleCertificates)
    expect(readCertificates(utf8(file))).toHaveLength(maximumBundleCertificates)
    expect(refusal(() => readCertificates(utf8(file + pem)))).toBe('certificate.pem-too-many')
  })

  it('refuses a file that is far too large before it splits it into lines', () => {
    const file = new Uint8Array(maximumBundleCertificates * 16_000).fill(0x2d)
    expect(refusal(() => readCertificates(file))).toBe('certificate.pem-too-many')
  })
})

const cases: readonly (readonly [what: string, file: string | Uint8Array, code: string])[] = [
  ['an empty file', '', 'certificate.file-empty'],
  ['text in front', `Subject: acme\n${pem}`, 'certificate.file-form'],
  ['a blank line in front', `\n${pem}`, 'certificate.file-form'],
  ['a byte order mark', `\ufeff${pem}`, 'certificate.file-form'],
  ['a space in front', ` ${pem}`, 'certificate.file-form'],
  ['text behind', `${pem}# end\n`, 'certificate.pem-boundary'],
  ['a blank line behind', `${pem}\n`, 'certificate.pem-boundary'],
  ['a space behind the last boundary', `${pem.slice(0, -1)} \n`, 'certificate.pem-boundary'],
  ['a zero byte behind', `${pem}\0`, 'certificate.pem-boundary'],
  ['text between two certificates', `${pem}acme\n${pem}`, 'certificate.pem-boundary'],
  ['a blank line between two certificates', `${pem}\n${pem}`, 'certificate.pem-boundary'],
  ['another label', pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), 'certificate.pem-boundary'],
  [
    'a private key behind',
    `${pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
    'certificate.pem-boundary',
  ],
  ['another label at the end', pem.replace('END CERTIFICATE', 'END X509 CRL'), 'certificate.pem-boundary'],
  ['no end', `${begin}\nAAAA\n`, 'certificate.pem-boundary'],
  ['a beginning alone', begin, 'certificate.pem-boundary'],
  ['headers of RFC 1421', block('Proc-Type: 4,CLEAR', '', 'AAAA'), 'certificate.pem-base64'],
  ['CRLF behind the first line only', pem.replace('\n', '\r\n'), 'certificate.pem-line-ends'],
  ['one CRLF among LF', pem.replace(`\n${end}`, `\r\n${end}`), 'certificate.pem-line-ends'],
  ['one LF among CRLF', pem.replaceAll('\n', '\r\n').replace(`\r\n${end}`, `\n${end}`), 'certificate.pem-line-ends'],
  ['carriage returns alone', pem.replaceAll('\n', '\r'), 'certificate.pem-line-ends'],
  ['no base64', block(), 'certificate.pem-base64'],
  ['a blank line inside', block(full, '', 'AAAA'), 'certificate.pem-base64'],
  ['a blank line before the end', block('AAAA', ''), 'certificate.pem-base64'],
  ['a blank line behind a full one', block(full, ''), 'certificate.pem-base64'],
  ['a short line before the last', block('AAAA', 'AAAA'), 'certificate.pem-base64'],
  ['a line of 65 columns', block(`${full}A`), 'certificate.pem-base64'],
  ['lines of 76 columns', block('A'.repeat(76), 'AAAA'), 'certificate.pem-base64'],
  ['a space in a line', block('AA A'), 'certificate.pem-base64'],
  ['a tab behind a line', block('AAAA\t'), 'certificate.pem-base64'],
  ['base64url', block('A_A='), 'certificate.pem-base64'],
  ['letters outside ASCII', block('AAÄA'), 'certificate.pem-base64'],
  ['missing padding', block('AAA'), 'certificate.pem-base64'],
  ['padding before the end', block('AA==AAAA'), 'certificate.pem-base64'],
  ['padding at the end of a line before the last', block(`${full.slice(0, 62)}==`, 'AAAA'), 'certificate.pem-base64'],
  ['three padding characters', block('A==='), 'certificate.pem-base64'],
  ['padding alone', block('===='), 'certificate.pem-base64'],
  ['pad bits that are not zero, one byte', block('AB=='), 'certificate.pem-base64'],
  ['pad bits that are not zero, two bytes', block('AAB='), 'certificate.pem-base64'],
  ['a certificate above the limit', block(...Array.from({ length: 200 }, () => full)), 'certificate.too-large'],
  ['DER above the limit', new Uint8Array(maximumCertificateBytes + 1).fill(0x30), 'certificate.too-large'],
]

describe('readCertificates refuses', () => {
  it.each(cases)('%s', (_, file, code) => {
    expect(refusal(() => readCertificates(typeof file === 'string' ? utf8(file) : file))).toBe(code)
  })

  it('with each of its codes in one of these tests', () => {
    const expected = certificateError.rows.filter(({ number }) => number >= 1080 && number < 1090)
    const raised = new Set([...cases.map(([, , code]) => code), 'certificate.pem-too-many', 'certificate.too-large'])
    for (const { code } of expected) expect(raised).toContain(code)
  })

  it('and names the line', () => {
    const file = pem.replace(lines[2]!, `${lines[2]} `)
    expect(() => readCertificates(utf8(file))).toThrow(
      expect.objectContaining({ code: 'certificate.pem-base64', details: expect.objectContaining({ line: 3 }) }),
    )
  })
})
