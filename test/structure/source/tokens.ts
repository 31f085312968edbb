/** TypeScript as a list of tokens, enough to find imports and names; comments and the inside of strings are not names. */

export type Token = {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regular-expression' | 'punctuation'
  /** Strings without their quotes; regular expressions with slashes and flags. */
  readonly text: string
  readonly line: number
}

/** After these words a slash starts a regular expression, not a division. */
const wordsBeforeExpression = new Set(['return', 'typeof', 'case', 'in', 'of', 'throw', 'await', 'yield', 'else', 'do'])

/** The tokens of a source text, in order. @throws TypeError for text that ends inside a token */
export function tokensOf(source: string): readonly Token[] {
  return new Scanner(source).scan()
}

class Scanner {
  readonly #source: string
  readonly #tokens: Token[] = []
  /** For each template that is open around here: how many braces its expression has opened. */
  readonly #templates: number[] = []
  #position = 0
  #line = 1

  constructor(source: string) {
    this.#source = source
  }

  scan(): readonly Token[] {
    if (this.#source.startsWith('#!')) this.#skipTo(this.#find('\n', 0))
    while (this.#position < this.#source.length) this.#next()
    return this.#tokens
  }

  #next(): void {
    const character = this.#source[this.#position]!
    const rest = this.#source.slice(this.#position, this.#position + 3)
    if (/\s/.test(character)) this.#skipTo(this.#position + 1)
    else if (rest.startsWith('//')) this.#skipTo(this.#find('\n', this.#position))
    else if (rest.startsWith('/*')) this.#skipTo(this.#find('*/', this.#position + 2) + 2)
    else if (character === "'" || character === '"') this.#quoted(character)
    else if (character === '`') this.#template()
    else if (character === '}' && this.#templates.at(-1) === 0) {
      this.#templates.pop()
      this.#template()
    } else if (/[\p{L}_$#@]/u.test(character)) this.#pattern('word', /[\p{L}\p{N}_$#@]+/uy)
    else if (/\d/.test(character)) this.#pattern('number', /[\d_a-zA-Z]+(?:\.\d[\d_a-zA-Z]*)?/y)
    else if (character === '/' && this.#expressionStarts()) {
      this.#pattern('regular-expression', /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y)
    } else this.#punctuation(character, rest)
  }

  #quoted(quote: string): void {
    let end = this.#position + 1
    while (this.#source[end] !== quote) {
      if (end >= this.#source.length) throw new TypeError(`line ${this.#line}: a string does not end`)
      end += this.#source[end] === '\\' ? 2 : 1
    }
    this.#push('string', this.#source.slice(this.#position + 1, end), end + 1)
  }

  /** One piece of a template: up to its end or to the next expression. */
  #template(): void {
    let end = this.#position + 1
    while (this.#source[end] !== '`' && !this.#source.startsWith('${', end)) {
      if (end >= this.#source.length) throw new TypeError(`line ${this.#line}: a template does not end`)
      end += this.#source[end] === '\\' ? 2 : 1
    }
    const opens = this.#source[end] === '$'
    this.#push('template', this.#source.slice(this.#position + 1, end), end + (opens ? 2 : 1))
    if (opens) this.#templates.push(0)
  }

  #punctuation(character: string, rest: string): void {
    const depth = this.#templates.length - 1
    if (depth >= 0 && character === '{') this.#templates[depth]!++
    if (depth >= 0 && character === '}') this.#templates[depth]!--
    const text = rest === '...' ? rest : rest.startsWith('?.') && !/\d/.test(rest[2] ?? '') ? '?.' : character
    this.#push('punctuation', text, this.#position + text.length)
  }

  #pattern(kind: Token['kind'], pattern: RegExp): void {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#source)
    if (match === null) throw new TypeError(`line ${this.#line}: no ${kind} here`)
    this.#push(kind, match[0], pattern.lastIndex)
  }

  /** Whether a value may start here, judged by the token before. */
  #expressionStarts(): boolean {
    const before = this.#tokens.at(-1)
    if (before === undefined) return true
    if (before.kind === 'punctuation') return !/[)\]}]/.test(before.text)
    return before.kind === 'word' && wordsBeforeExpression.has(before.text)
  }

  #push(kind: Token['kind'], text: string, end: number): void {
    this.#tokens.push({ kind, text, line: this.#line })
    this.#skipTo(end)
  }

  #skipTo(position: number): void {
    for (let index = this.#position; index < position; index++) if (this.#source[index] === '\n') this.#line++
    this.#position = position
  }

  #find(text: string, from: number): number {
    const found = this.#source.indexOf(text, from)
    return found === -1 ? this.#source.length : found
  }
}
