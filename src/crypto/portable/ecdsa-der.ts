/**
 * The two forms of an ECDSA signature over P-256: r | s as COSE and JOSE carry it (RFC 9053 section 2.1), and the DER of
 * Ecdsa-Sig-Value as X.509 carries it (RFC 3279 section 2.2.3). The only place where one becomes the other.
 */
import { cryptoError } from '../errors.ts'
import { isP256Scalar, isP256SignatureForm, p256SignatureLength } from './p256.ts'

const sequenceTag = 0x30
const integerTag = 0x02
const scalarLength = 32
/** Two integers of at most 33 bytes, each with two bytes of header: the length always fits one byte. */
const maximumContent = 2 * (2 + scalarLength + 1)

/** r | s to minimal DER, 8 to 72 bytes. @throws crypto.signature-form */
export function derFromRaw(raw: Uint8Array): Uint8Array {
  if (raw.length !== p256SignatureLength) refuse('it does not have 64 bytes')
  const content = [...derInteger(raw.subarray(0, scalarLength)), ...derInteger(raw.subarray(scalarLength))]
  return Uint8Array.of(sequenceTag, content.length, ...content)
}

/** DER to r | s, 64 bytes. Accepts exactly what `derFromRaw` makes. @throws crypto.signature-form */
export function rawFromDer(der: Uint8Array): Uint8Array {
  if (der[0] !== sequenceTag) refuse('it is not a sequence')
  if (der.length < 2 || der[1]! > maximumContent || der[1] !== der.length - 2) {
    refuse('the length of the sequence is not the length of what follows')
  }
  const raw = new Uint8Array(p256SignatureLength)
  const end = readInteger(der, readInteger(der, 2, raw, 0), raw, scalarLength)
  if (end !== der.length) refuse('bytes follow s')
  if (!isP256SignatureForm(raw)) refuse('r or s is not between 1 and n - 1')
  return raw
}

function derInteger(scalar: Uint8Array): readonly number[] {
  if (!isP256Scalar(scalar)) refuse('r or s is not between 1 and n - 1')
  const significant = [...scalar.subarray(scalar.findIndex((byte) => byte !== 0))]
  if (significant[0]! >= 0x80) significant.unshift(0)
  return [integerTag, significant.length, ...significant]
}

/** Writes the integer that begins at `start` to the 32 bytes of `raw` from `to` on. @returns where it ends */
function readInteger(der: Uint8Array, start: number, raw: Uint8Array, to: number): number {
  const length = der[start + 1]
  if (der[start] !== integerTag || length === undefined) refuse('r or s is not an integer')
  const end = start + 2 + length
  if (length === 0 || end > der.length) refuse('an integer has no bytes or is cut off')
  let first = start + 2
  if (der[first]! >= 0x80) refuse('an integer is negative')
  if (der[first] === 0) {
    first += 1
    if (length === 1 || der[first]! < 0x80) refuse('an integer is zero or longer than it need be')
  }
  if (end - first > scalarLength) refuse('r or s is not between 1 and n - 1')
  for (let index = first, place = to + scalarLength - (end - first); index < end; index++) raw[place++] = der[index]!
  return end
}

function refuse(reason: string): never {
  throw cryptoError('signature-form', { reason })
}
