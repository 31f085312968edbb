/**
 * A strict reader of JSON (RFC 8259) for files that strangers write. Beyond the grammar it refuses what readers are known
 * to take differently: a name that occurs twice, text that is no Unicode, numbers that are no whole safe ones.
 */
import type { JsonValue } from '../../codec/index.ts'
import { lightError } from '../errors.ts'
import { maximumJsonDepth, maximumJsonValues } from '../limits.ts'

/** @param limit in bytes @throws light.json-size, light.json */
export function parseJson(bytes: Uint8Array, limit: number): JsonValue {
  if (bytes.length > limit) throw lightError('json-size', { size: bytes.length, limit })
  return new Reader(textOf(bytes)).document()
}

function textOf(bytes: Uint8Array): string {
  try {
    // A byte order mark stays in the text, where the grammar has no place for it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw lightError('json', { offset: 0, reason: 'it is no UTF-8' }, cause)
  }
}

const blank = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9][0-9]*)/y
/** What stands in a text as it is (RFC 8259 section 7, `unescaped`). */
const plain = /[\x20\x21\x23-\x5b\x5d-\u{10ffff}]*/uy
const hexadecimal = /[0-9a-fA-F]{4}/y
const words: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

class Reader {
  readonly #text: string
  #offset = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonValue {
    const value = this.#value(1)
    if (this.#offset < this.#text.length) throw this.#refusal('something follows the value')
    return value
  }

  /** A value and the blanks around it. */
  #value(depth: number): JsonValue {
    if (depth > maximumJsonDepth) throw this.#refusal(`it is nested deeper than ${maximumJsonDepth}`)
    // Two bytes of text can become a hundred bytes of memory.
    if (++this.#values > maximumJsonValues) throw this.#refusal(`it has more than ${maximumJsonValues} values`)
    this.#take(blank)
    const value = this.#bareValue(depth)
    this.#take(blank)
    return value
  }

  #bareValue(depth: number): JsonValue {
    switch (this.#text[this.#offset]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
    }
    const word = words.find(([written]) => this.#text.startsWith(written, this.#offset))
    if (word === undefined) return this.#number()
    this.#offset += word[0].length
    return word[1]
  }

  #object(depth: number): JsonValue {
    const fields = new Map<string, JsonValue>()
    this.#offset++
    this.#take(blank)
    if (this.#takes('}')) return {}
    do {
      this.#take(blank)
      const name = this.#string()
      if (fields.has(name)) throw this.#refusal('a name occurs twice in an object')
      this.#take(blank)
      if (!this.#takes(':')) throw this.#refusal('a colon is missing')
      fields.set(name, this.#value(depth + 1))
    } while (this.#takes(','))
    if (!this.#takes('}')) throw this.#refusal('an object does not end')
    // Every name becomes a field of the object itself, `__proto__` too.
    return Object.fromEntries(fields)
  }

  #array(depth: number): JsonValue {
    const items: JsonValue[] = []
    this.#offset++
    this.#take(blank)
    if (this.#takes(']')) return items
    do items.push(this.#value(depth + 1))
    while (this.#takes(','))
    if (!this.#takes(']')) throw this.#refusal('an array does not end')
    return items
  }

  #string(): string {
    if (!this.#takes('"')) throw this.#refusal('a text does not begin with a quotation mark')
    let text = this.#take(plain)
    while (this.#takes('\\')) text += this.#escape() + this.#take(plain)
    if (!this.#takes('"')) throw this.#refusal('a text does not end, or has a control character')
    if (!text.isWellFormed()) throw this.#refusal('a text is no Unicode')
    return text
  }

  #escape(): string {
    const letter = this.#text[this.#offset++] ?? ''
    if (letter === 'u') {
      const digits = this.#take(hexadecimal)
      if (digits !== '') return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const meant = escapes.get(letter)
    if (meant === undefined) throw this.#refusal('an escape is unknown')
    return meant
  }

  #number(): number {
    const digits = this.#take(number)
    if (digits === '') throw this.#refusal('there is no value')
    const value = Number(digits)
    if (/^[.eE]/.test(this.#text.slice(this.#offset, this.#offset + 1)) || digits === '-0') {
      throw this.#refusal('a number is not whole')
    }
    if (!Number.isSafeInteger(value)) throw this.#refusal('a number is larger than 2^53 - 1')
    return value
  }

  /** Goes over what a sticky pattern matches here, which may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset
    const [taken = ''] = pattern.exec(this.#text) ?? []
    this.#offset += taken.length
    return taken
  }

  #takes(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false
    this.#offset++
    return true
  }

  #refusal(reason: string): Error {
    return lightError('json', { offset: this.#offset, reason })
  }
}
