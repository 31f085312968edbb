/** A run's results as JSON and as text. */
import type { Machine } from './machine.ts'
import { keepsTo, type Result } from './row.ts'

export type Report = {
  readonly results: readonly Result[]
  readonly machine: Machine
  readonly mode: string
  readonly seconds: number
}

/** Reads what `--json` printed. @throws Error when it is something else */
export function readReport(text: string): Report {
  const value: unknown = JSON.parse(text)
  if (!isReport(value)) throw new Error('not the JSON of a bench run')
  return value
}

/** Only as far as its own program can have written it: files of this repository are not attacked. */
function isReport(value: unknown): value is Report {
  return (
    typeof value === 'object' &&
    value !== null &&
    'results' in value &&
    Array.isArray(value.results) &&
    'machine' in value &&
    'mode' in value
  )
}

/** One line a result, for a terminal. */
export function textLine(result: Result): string {
  const { name, value, unit, ratio, load, note } = result
  const ratioText = ratio === null ? '' : `, ratio ${number(ratio)}`
  const figure = value === null ? 'not measured' : `${number(value)} ${unit}${ratioText}`
  return `${name}: ${figure}, ${verdict(result)} (load ${load[0]} to ${load[1]}; ${note})`
}

/** Three significant digits, without an exponent. */
export function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

/** In words: what the result says about its bounds. */
export function verdict(result: Result): string {
  const measured = result.judged === 'ratio' ? result.ratio : result.value
  if (measured === null || result.holds === null) return 'not judged'
  if (!result.holds) return 'reach not held'
  return keepsTo(result, measured, result.goal) ? 'goal held' : 'reach held'
}
