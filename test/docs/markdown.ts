/** The parts of a Markdown file that tests look at. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root, trackedFiles } from '../structure/source/index.ts'

export type Document = { readonly file: string; readonly text: string }

export function readDocument(file: string): Document {
  return { file, text: readFileSync(path.join(root, file), 'utf8') }
}

/** Every Markdown file of the checkout. */
export function allDocuments(): readonly Document[] {
  return trackedFiles()
    .filter((file) => file.endsWith('.md'))
    .map(readDocument)
}

/** The part below a heading, up to the next heading of the same or a higher level. `heading` is its text without marks. */
export function section({ file, text }: Document, heading: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start === -1) throw new TypeError(`${file} has no heading "${heading}"`)
  const level = levelOf(lines[start]!)
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => /^#+ /.test(line) && levelOf(line) <= level)
  return rest.slice(0, end === -1 ? undefined : end).join('\n')
}

/** The cells of the first table in a text, without its head. */
export function firstTable(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  if (start === -1) return []
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end === -1 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** The document with other cells in the first table below a heading; columns are laid out as the formatter does. */
export function withTable(document: Document, heading: string, cells: readonly (readonly string[])[]): Document {
  const before = section(document, heading)
  const lines = before.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  if (start === -1) throw new TypeError(`${document.file} has no table below "${heading}"`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  const head = lines[start]!.split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
  const after = [...lines.slice(0, start), ...layOut([head, ...cells]), ...lines.slice(end)].join('\n')
  return { ...document, text: document.text.replace(before, () => after) }
}

function layOut(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0]!, rule, ...lines.slice(1)]
}

/** The fenced blocks of a language, without their fences. */
export function codeBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, code]) =>
    found === language && code !== undefined ? [code] : [],
  )
}

/** The text without code: what can hold links and names of errors. */
export function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

function levelOf(line: string): number {
  return line.length - line.replace(/^#+/, '').length
}
