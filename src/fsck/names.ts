/** Rows in the words of a report. */
import { toHex } from '../codec/index.ts'

/** The tree, and the path as hexadecimal digits; nothing after the stroke is the top. */
export function pageName(tree: string, path: Uint8Array): string {
  return `${tree}/${[...path].map((nibble) => nibble.toString(16)).join('')}`
}

/** A key for people: module and collection in words, the rest in hexadecimal. */
export function recordName(key: Uint8Array): string {
  const words: string[] = []
  let offset = 0
  while (words.length < 2) {
    const length = key[offset] ?? 0
    const word = key.subarray(offset + 1, offset + 1 + length)
    if (length === 0 || word.length < length || word.some((byte) => byte < 0x21 || byte > 0x7e)) break
    words.push(new TextDecoder().decode(word))
    offset += 1 + length
  }
  return [...words, toHex(key.subarray(offset))].join('/')
}
