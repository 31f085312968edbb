/** Object identifiers between dotted text and their content octets (X.690 section 8.19). */
import { derError } from './errors.ts'

/** Content octets of one object identifier: the longest in use, UUID arcs apart, has about 15. */
export const maximumObjectIdentifierBytes = 32

/** Arcs that do not fit 32 bits (UUID arcs below 2.25) have no use in a certificate here. */
const maximumArc = 0xffff_ffff

const dottedForm = /^(?:[01]\.(?:[1-3]?[0-9])|2\.(?:0|[1-9][0-9]{0,9}))(?:\.(?:0|[1-9][0-9]{0,9}))*$/

/** Those that were read last, each in the place that its bytes give: certificates are full of the same dozen. */
const recent: ({ readonly octets: Uint8Array; readonly text: string } | undefined)[] = new Array(256).fill(undefined)

/**
 * The dotted text of `bytes[start, end)`.
 * @throws der.object-identifier for an empty, cut, padded or oversized encoding
 */
export function readObjectIdentifier(bytes: Uint8Array, start: number, end: number): string {
  let place = end - start
  for (let index = start; index < end; index++) place = (place * 31 + bytes[index]!) & 0xff
  const known = recent[place]
  if (known !== undefined && isAt(known.octets, bytes, start, end)) return known.text
  const text = decodeObjectIdentifier(bytes, start, end)
  recent[place] = { octets: bytes.slice(start, end), text }
  return text
}

function isAt(octets: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (octets.length !== end - start) return false
  for (let index = start; index < end; index++) if (octets[index - start] !== bytes[index]) return false
  return true
}

function decodeObjectIdentifier(bytes: Uint8Array, start: number, end: number): string {
  if (end === start || end - start > maximumObjectIdentifierBytes) {
    refuse(start, `1 to ${maximumObjectIdentifierBytes} bytes long`)
  }
  let text = ''
  let arc = 0
  let arcStart = true
  for (let index = start; index < end; index++) {
    const octet = bytes[index]!
    if (arcStart && octet === 0x80) refuse(start, 'minimal: an arc begins with a padding byte')
    arc = arc * 128 + (octet & 0x7f)
    if (arc > maximumArc) refuse(start, 'made of arcs below 2^32')
    arcStart = octet < 0x80
    if (arcStart) {
      text += text === '' ? firstArcs(arc) : `.${arc}`
      arc = 0
    }
  }
  if (!arcStart) refuse(start, 'complete: its last arc is cut')
  return text
}

/** Content octets of dotted text. @throws TypeError when the text is no object identifier */
export function objectIdentifierBytes(text: string): Uint8Array {
  if (!dottedForm.test(text)) throw new TypeError(`${text} is no object identifier`)
  const [root, second, ...rest] = text.split('.').map(Number)
  const octets: number[] = []
  for (const arc of [root! * 40 + second!, ...rest]) {
    if (arc > maximumArc) throw new TypeError(`${text} has an arc above 2^32 - 1`)
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80)
    octets.push(...groups)
  }
  if (octets.length > maximumObjectIdentifierBytes) throw new TypeError(`${text} is too long`)
  return Uint8Array.from(octets)
}

function firstArcs(joined: number): string {
  const root = joined < 40 ? 0 : joined < 80 ? 1 : 2
  return `${root}.${joined - 40 * root}`
}

function refuse(offset: number, expected: string): never {
  throw derError('object-identifier', { offset, expected })
}
