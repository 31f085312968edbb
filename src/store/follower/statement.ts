/**
 * SQL with values apart from its text. The text is only what stands in the program; a value never becomes part of it,
 * whatever it holds, since it travels as a bound parameter.
 */

export type StatementValue = string | number | bigint | Uint8Array

export class Statement {
  /** One more than there are values. */
  readonly #texts: readonly string[]
  readonly values: readonly StatementValue[]

  constructor(texts: readonly string[], values: readonly StatementValue[]) {
    this.#texts = texts
    this.values = values
  }

  /** With `$1`, `$2`, ... where the values go. */
  get text(): string {
    return this.#texts.reduce((text, part, index) => `${text}$${index}${part}`)
  }

  /** A template's texts and values, those of statements within it among them. */
  static of(texts: readonly string[], parts: readonly (StatementValue | Statement)[]): Statement {
    const joined = [texts[0] ?? '']
    const values: StatementValue[] = []
    for (const [index, part] of parts.entries()) {
      const after = texts[index + 1] ?? ''
      if (part instanceof Statement) {
        const [first = '', ...others] = part.#texts
        joined[joined.length - 1] += first
        joined.push(...others)
        joined[joined.length - 1] += after
        values.push(...part.values)
      } else {
        joined.push(after)
        values.push(part)
      }
    }
    return new Statement(joined, values)
  }
}

/** @example statement`select place from pki_certificate where serial = ${serial} and ${condition}` */
export function statement(texts: TemplateStringsArray, ...parts: readonly (StatementValue | Statement)[]): Statement {
  return Statement.of(texts, parts)
}

/** All of the conditions; none is always true. */
export function allOf(conditions: readonly Statement[]): Statement {
  return conditions.reduce((all, condition) => statement`${all} and ${condition}`, statement`true`)
}
