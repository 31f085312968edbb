/** A stretch of a document that is printed, between two marks, in a text that people write. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..', '..')

/**
 * The document with each stretch replaced. A stretch `x` lies between `<!-- x -->` and `<!-- /x -->`, each on a line of
 * its own.
 * @throws Error when a mark is missing
 */
export function withStretches(file: string, stretches: Readonly<Record<string, string>>): string {
  return Object.entries(stretches).reduce(
    (text, [name, body]) => replaceStretch(text, file, name, body),
    readFileSync(path.join(root, file), 'utf8'),
  )
}

function replaceStretch(text: string, file: string, name: string, body: string): string {
  const [opening, closing] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)]
  if (start === -1 || end < start) throw new Error(`${file} has no stretch between the marks of ${name}`)
  return `${text.slice(0, start + opening.length)}\n${body}\n${text.slice(end)}`
}
