/** Tables in Markdown as the formatter of this repository writes them: columns aligned with blanks. */

/** @param lines the head, then the rows, each with as many cells */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rows] = lines
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => width(cells[column] ?? ''))))
  const line = (cells: readonly string[]) =>
    `| ${widths.map((wide, column) => pad(cells[column] ?? '', wide)).join(' | ')} |`
  return [line(head), line(widths.map((wide) => '-'.repeat(wide))), ...rows.map(line)].join('\n')
}

function width(text: string): number {
  return [...text].length
}

function pad(text: string, wide: number): string {
  return text + ' '.repeat(wide - width(text))
}
