/** What a row of the table is, what measuring it gives, and what is reported of it. */
import type { Bench } from './bench.ts'

/** What a row's measurement gives. */
export type Figure = {
  /** In the row's unit; null when it could not be measured. */
  readonly value: number | null
  /** Against the row's peer or limit in the same run; null when there is none. */
  readonly ratio: number | null
  /** At which size, how often, and whatever a reader must know to believe it. */
  readonly note: string
  /** Certificates that the ledger held; for rows that are about a size. */
  readonly size?: number
  /** A condition of the row beside its number that does not hold, such as "flat". */
  readonly broken?: string
}

export type Row = {
  /** Stable; `--only` takes it. */
  readonly name: string
  readonly title: string
  /** The peer or limit that the ratio is taken against. */
  readonly against: string
  readonly unit: string
  /** Which number `reach` and `goal` are about, and which way is better. */
  readonly judged: 'ratio' | 'value'
  readonly better: 'higher' | 'lower'
  readonly reach: number
  readonly goal: number
  /** The size that the figure is about; a run of another size reports it without a judgement. */
  readonly atSize?: number
  readonly measure: (bench: Bench) => Promise<Figure>
}

/** One entry of `--json`. */
export type Result = {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  readonly ratio: number | null
  readonly reach: number
  readonly goal: number
  /** Whether `reach` holds; null when this run can't tell. */
  readonly holds: boolean | null
  readonly judged: Row['judged']
  readonly better: Row['better']
  readonly title: string
  readonly against: string
  readonly note: string
  /** Load average of the last minute when the measurement began, and when it ended: this run's own work included. */
  readonly load: readonly [number, number]
}

/** Joins a row and its figure, and judges. */
export function resultOf(row: Row, figure: Figure, load: readonly [number, number]): Result {
  const { name, title, against, unit, judged, better, reach, goal } = row
  const { value, ratio, note } = figure
  return {
    name,
    value,
    unit,
    ratio,
    reach,
    goal,
    holds: holds(row, figure),
    judged,
    better,
    title,
    against,
    note,
    load,
  }
}

/** Whether a number keeps to a bound of its row. */
export function keepsTo({ better }: Pick<Row, 'better'>, number: number, bound: number): boolean {
  return better === 'higher' ? number >= bound : number <= bound
}

function holds(row: Row, { value, ratio, size, broken }: Figure): boolean | null {
  const number = row.judged === 'ratio' ? ratio : value
  if (number === null) return null
  if (row.atSize !== undefined && size !== undefined && size < row.atSize) return null
  return keepsTo(row, number, row.reach) && broken === undefined
}
