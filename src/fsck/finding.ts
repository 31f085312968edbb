/** What a check found: where, what, and whether it can be mended. */
import { maximumFindings } from './limits.ts'

/** What is looked at, in the words of the report. */
export type CheckName =
  | 'records'
  | 'pages'
  | 'indexes'
  | 'counters'
  | 'blobs'
  | 'archive'
  | 'blocks'
  | 'headers'
  | 'transactions'
  | 'before-images'

export type Finding = {
  readonly check: CheckName
  /** A height, a key or a path that leads to the row. */
  readonly where: string
  readonly what: string
  /** It can be made again from what is sound. */
  readonly repairable: boolean
  readonly repaired: boolean
}

/** Findings of one run, as many as a report lists. */
export class Findings {
  readonly list: Finding[]
  readonly #places: Set<string>
  #count: number

  constructor(list: readonly Finding[] = [], count: number = list.length) {
    this.list = [...list]
    this.#count = count
    this.#places = new Set(list.map(({ check, where }) => `${check} ${where}`))
  }

  /** How many there were, also those that are not listed. */
  get count(): number {
    return this.#count
  }

  /** Whether something is wrong there. */
  has(check: CheckName, where: string): boolean {
    return this.#places.has(`${check} ${where}`)
  }

  /** Whether all that is wrong there can be mended. */
  isMendable(check: CheckName, where: string): boolean {
    return this.list.every((finding) => finding.check !== check || finding.where !== where || finding.repairable)
  }

  add(check: CheckName, where: string, what: string, mending: { repairable: boolean; repaired: boolean }): void {
    this.#count += 1
    this.#places.add(`${check} ${where}`)
    if (this.list.length < maximumFindings) this.list.push({ check, where, what, ...mending })
  }
}

export const beyondRepair = { repairable: false, repaired: false } as const
