/** `docs/reference/errors.md`: the error catalogue for people. */

import { catalogue } from '../../api/catalogue.ts'
import type { ErrorRow } from '../../src/errors/index.ts'

const introduction = `# Errors

Every refusal has a code that never changes and a number that stands for it on chain. A number below is also what a
transaction's result carries: 0 means done, 1 means that nothing had to change. Words between braces are filled in.

This page is made from the code by \`npm run generate\`.
`

export async function errorReference(): Promise<string> {
  return renderErrors([...catalogue.values()])
}

/** One section an area, areas and rows in order of their numbers. */
export function renderErrors(rows: readonly ErrorRow[]): string {
  const areas = Map.groupBy(
    [...rows].sort((a, b) => a.number - b.number),
    (row) => row.code.slice(0, row.code.indexOf('.')),
  )
  return [introduction, ...[...areas].map(([area, members]) => section(area, members))].join('\n')
}

function section(area: string, rows: readonly ErrorRow[]): string {
  return `## ${area}\n\n${rows.map(entry).join('\n')}`
}

/** Lists and not a table: a table is laid out anew when one message grows, and a heading can be linked to. */
function entry(row: ErrorRow): string {
  return `### \`${row.code}\`

- number ${row.number}, HTTP status ${row.status}${row.retired === true ? ', retired' : ''}
- message: \`${row.message}\`
- what to do: ${prose(row.remedy)}
`
}

/** Plain text in which Markdown finds no mark-up. */
function prose(text: string): string {
  return text.replace(/[*<]/g, '\\$&')
}
