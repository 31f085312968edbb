/** The characters of the string types (RFC 5280 section 4.1.2.4), checked on bytes before a string is made. */
import { derError } from './errors.ts'
import { tag } from './tag.ts'

/** A restricted character string type that certificates here may use. */
export type TextForm = 'utf8' | 'printable' | 'ia5'

export const textTags = { utf8: tag.utf8String, printable: tag.printableString, ia5: tag.ia5String } as const

const printableCharacters = new Uint8Array(128)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") {
  printableCharacters[character.charCodeAt(0)] = 1
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text of `bytes[start, end)`; `maximum` counts characters (code points), as the upper bounds of RFC 5280 appendix A
 * do. Control characters are refused in every form: they hide text from a reader.
 * @throws der.text, der.text-length
 */
export function readText(form: TextForm, bytes: Uint8Array, start: number, end: number, maximum: number): string {
  const size = end - start
  if (size === 0 || size > 4 * maximum) throw derError('text-length', { offset: start, limit: maximum })
  let isAscii = true
  for (let index = start; index < end; index++) {
    const octet = bytes[index]!
    if (octet >= 0x80) {
      if (form !== 'utf8') refuse(start, form)
      isAscii = false
    } else if (octet < 0x20 || octet === 0x7f || (form === 'printable' && printableCharacters[octet] === 0)) {
      refuse(start, form)
    }
  }
  const text = decodeUtf8(bytes.subarray(start, end), start)
  const characters = isAscii ? size : [...text].length
  if (characters > maximum) throw derError('text-length', { offset: start, limit: maximum })
  return text
}

/** Whether every character is one of PrintableString. */
export function isPrintable(text: string): boolean {
  return [...text].every((character) => printableCharacters[character.charCodeAt(0)] === 1)
}

function decodeUtf8(view: Uint8Array, offset: number): string {
  try {
    return decoder.decode(view)
  } catch (cause) {
    throw derError('text', { offset, expected: 'UTF-8' }, cause)
  }
}

const expectations: Readonly<Record<TextForm, string>> = {
  utf8: 'UTF-8 without control characters',
  printable: "made of PrintableString's characters (letters, digits, space and '()+,-./:=?)",
  ia5: 'ASCII without control characters',
}

function refuse(offset: number, form: TextForm): never {
  throw derError('text', { offset, expected: expectations[form] })
}
