/** A report as the README shows it. */
import { markdownTable } from './markdown-table.ts'
import { number, type Report, verdict } from './report.ts'
import type { Result } from './row.ts'

/** Markdown: a table of the rows, and a line about machine and run. */
export function readmeTable({ results, machine, mode, seconds }: Report): string {
  const { processor, cores, memoryGiB, node, started, loadBefore, commit } = machine
  return [
    markdownTable([['what', 'measured', 'against', 'ratio', 'reach', 'goal', 'verdict'], ...results.map(cells)]),
    '',
    `One run (\`${mode}\`, ${Math.round(seconds / 60)} min) on ${started.slice(0, 10)}: ${cores} cores of ${processor}, ` +
      `${memoryGiB} GiB, Node ${node}, load ${loadBefore} before the start${commit === null ? '' : `, commit ${commit}`}.`,
  ].join('\n')
}

function cells(result: Result): readonly string[] {
  const { title, value, unit, ratio, against, judged, better, reach, goal } = result
  const bound = (limit: number) =>
    `${better === 'higher' ? '≥' : '≤'} ${number(limit)}${judged === 'ratio' ? '' : ` ${unit}`}`
  return [
    title,
    value === null ? '-' : `${number(value)} ${unit}`,
    against === 'nothing' ? '-' : against,
    ratio === null ? '-' : number(ratio),
    bound(reach),
    bound(goal),
    verdict(result),
  ]
}
