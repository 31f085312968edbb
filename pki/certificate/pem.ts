/**
 * Certificate files: one certificate in DER, or certificates in a strict subset of PEM (RFC 7468 section 3, figure 3):
 * no explanatory text, no blank lines, lines of exactly 64 columns, one kind of line end.
 */
import { certificateError } from './errors.ts'
import { maximumBundleCertificates, maximumCertificateBytes } from './limits.ts'

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'
const columns = 64
const bytesInLine = 48
const maximumLines = Math.ceil(maximumCertificateBytes / bytesInLine)
/** What the largest bundle takes, with CRLF. */
const maximumFileBytes = maximumBundleCertificates * (maximumLines * (columns + 2) + begin.length + end.length + 4)

const fullLine = /^[A-Za-z0-9+/]{64}$/
const lastLine = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * The certificates of a file, 1 to 1000, in their order, as DER that is not yet parsed. DER is known by its first byte;
 * then the whole file is the certificate.
 * @throws certificate.file-empty, certificate.file-form, certificate.too-large, certificate.pem-line-ends,
 *   certificate.pem-boundary, certificate.pem-base64, certificate.pem-too-many
 */
export function readCertificates(file: Uint8Array): readonly Uint8Array[] {
  if (file.length === 0) throw certificateError('file-empty')
  if (file[0] === 0x30 /* SEQUENCE */) {
    if (file.length > maximumCertificateBytes) refuseSize(file.length)
    return [file]
  }
  if (file[0] !== 0x2d /* - */) throw certificateError('file-form', { expected: begin })
  if (file.length > maximumFileBytes) throw certificateError('pem-too-many', { limit: maximumBundleCertificates })
  return readBlocks(linesOf(file))
}

/** One certificate as PEM with LF line ends and a final one. */
export function certificatePem(der: Uint8Array): string {
  const lines = [begin]
  for (let start = 0; start < der.length; start += bytesInLine) {
    lines.push(der.subarray(start, start + bytesInLine).toBase64())
  }
  return `${lines.join('\n')}\n${end}\n`
}

function linesOf(file: Uint8Array): readonly string[] {
  // Latin-1 gives one character for each byte: what is not ASCII matches no line below.
  const text = new TextDecoder('latin1').decode(file)
  const lineEnd = text.startsWith(`${begin}\r\n`) ? '\r\n' : '\n'
  const lines = text.split(lineEnd)
  const odd = lines.findIndex((line) => /[\r\n]/.test(line))
  if (odd >= 0) throw certificateError('pem-line-ends', { line: odd + 1 })
  // The line end behind the last line is the only thing that may follow it.
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function readBlocks(lines: readonly string[]): readonly Uint8Array[] {
  const certificates: Uint8Array[] = []
  let index = 0
  while (index < lines.length) {
    if (certificates.length === maximumBundleCertificates) {
      throw certificateError('pem-too-many', { limit: maximumBundleCertificates })
    }
    if (lines[index] !== begin) throw certificateError('pem-boundary', { line: index + 1, expected: begin })
    const first = ++index
    while (index < lines.length && !lines[index]!.startsWith('-')) index++
    if (lines[index] !== end) throw certificateError('pem-boundary', { line: index + 1, expected: end })
    certificates.push(decode(lines.slice(first, index), first + 1))
    index++
  }
  return certificates
}

function decode(lines: readonly string[], firstLine: number): Uint8Array {
  if (lines.length === 0) refuseBase64(firstLine, 'there is none')
  if (lines.length > maximumLines) refuseSize(lines.length * bytesInLine)
  lines.forEach((line, index) => {
    const isLast = index === lines.length - 1
    if (line === '' || line.length > columns) refuseBase64(firstLine + index, `it has ${line.length} columns`)
    if (!(isLast ? lastLine : fullLine).test(line)) {
      refuseBase64(firstLine + index, isLast ? 'it is not made of groups of four' : 'it is not a full line of base64')
    }
  })
  try {
    return Uint8Array.fromBase64(lines.join(''), { lastChunkHandling: 'strict' })
  } catch {
    return refuseBase64(firstLine + lines.length - 1, 'bits behind the last byte are not zero')
  }
}

function refuseBase64(line: number, reason: string): never {
  throw certificateError('pem-base64', { line, reason })
}

function refuseSize(size: number): never {
  throw certificateError('too-large', { size, limit: maximumCertificateBytes })
}
