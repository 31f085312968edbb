/** A voucher as one line of text: the form of its file and of the HTTP header, so that a shell can pass it on. */
import { voucherError } from './errors.ts'
import { maximumVoucherBytes } from './limits.ts'

/** Characters of the longest voucher in base64url (RFC 4648 section 5) without padding. */
export const maximumVoucherText = Math.ceil((maximumVoucherBytes * 8) / 6)

export const voucherTextPattern = '^[A-Za-z0-9_-]+$'

const alphabet = new RegExp(voucherTextPattern)

export function voucherText(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** The reverse, strict: no padding, no blanks, no bits behind the last byte. @throws voucher.malformed */
export function voucherFromText(text: string): Uint8Array {
  if (text.length > maximumVoucherText || !alphabet.test(text) || text.length % 4 === 1) throw notText()
  const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url', lastChunkHandling: 'loose' })
  if (voucherText(bytes) !== text) throw notText()
  return bytes
}

function notText() {
  return voucherError('malformed', { reason: `it is not 1 to ${maximumVoucherText} characters of base64url` })
}
