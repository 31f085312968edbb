/** The README's table of measurements: from the newest results that are kept in `bench/results/`. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readmeTable } from '../../bench/readme-table.ts'
import { type Report, readReport } from '../../bench/report.ts'
import { withStretches } from './marked.ts'

const folder = path.resolve(import.meta.dirname, '..', '..', 'bench', 'results')

/** The README with its table. */
export async function readmeWithPerformance(): Promise<string> {
  const newest = newestReport(readReports())
  const none = 'There are no results in `bench/results/` yet.'
  return withStretches('README.md', { performance: newest === undefined ? none : readmeTable(newest) })
}

/** Runs of a million come before all others, then the later one. */
export function newestReport(reports: readonly Report[]): Report | undefined {
  const rank = ({ mode, machine }: Report) => `${mode === 'million' ? 1 : 0} ${machine.started}`
  return reports.toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1))[0]
}

function readReports(): readonly Report[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readReport(readFileSync(path.join(folder, name), 'utf8')))
}
