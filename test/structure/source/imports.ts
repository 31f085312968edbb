import path from 'node:path'
import type { Token } from './tokens.ts'
import { tokensOf } from './tokens.ts'

export type Import = {
  readonly specifier: string
  /** `import type` and `export type`: gone when the program runs. */
  readonly typeOnly: boolean
  readonly line: number
}

/** Every `import ... from`, `export ... from`, bare `import` and `import(...)` of a source text. */
export function importsOf(source: string): readonly Import[] {
  const tokens = tokensOf(source)
  const imports: Import[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[index - 1]?.text === '.' || tokens[index - 1]?.text === '?.') continue
    const found =
      token.text === 'import' ? imported(tokens, index) : token.text === 'export' ? exported(tokens, index) : undefined
    if (found !== undefined) imports.push(found)
  }
  return imports
}

/** Where a relative specifier leads, from the checkout's top; `undefined` for packages and Node's own modules. */
export function resolveImport(importer: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(importer), specifier) : undefined
}

function imported(tokens: readonly Token[], start: number): Import | undefined {
  const line = tokens[start]!.line
  const next = tokens[start + 1]
  if (next?.text === '.') return undefined
  if (next?.kind === 'string') return { specifier: next.text, typeOnly: false, line }
  if (next?.text === '(') {
    const argument = tokens[start + 2]
    const literal = argument?.kind === 'string' && tokens[start + 3]?.text === ')'
    return { specifier: literal ? argument.text : '(computed)', typeOnly: false, line }
  }
  return from(tokens, start + 1, isTypeOnly(tokens, start), line)
}

function exported(tokens: readonly Token[], start: number): Import | undefined {
  const typeOnly = isTypeOnly(tokens, start)
  const list = typeOnly ? start + 2 : start + 1
  if (tokens[list]?.text === '*') return from(tokens, list, typeOnly, tokens[start]!.line)
  if (tokens[list]?.text !== '{') return undefined
  const end = tokens.findIndex((token, index) => index > list && token.text === '}')
  const follows = tokens[end + 1]
  return follows?.kind === 'word' && follows.text === 'from'
    ? from(tokens, end, typeOnly, tokens[start]!.line)
    : undefined
}

/** The specifier after the next `from`. */
function from(tokens: readonly Token[], start: number, typeOnly: boolean, line: number): Import | undefined {
  const word = tokens.findIndex(
    (token, index) => index >= start && token.text === 'from' && tokens[index + 1]?.kind === 'string',
  )
  return word === -1 ? undefined : { specifier: tokens[word + 1]!.text, typeOnly, line }
}

/** `import type from './x.ts'` imports a value named "type"; every other `type` in this place makes it type-only. */
function isTypeOnly(tokens: readonly Token[], start: number): boolean {
  const [first, second] = [tokens[start + 1], tokens[start + 2]]
  if (first?.text !== 'type' || first.kind !== 'word') return false
  return second?.text === '{' || second?.text === '*' || (second?.kind === 'word' && second.text !== 'from')
}
