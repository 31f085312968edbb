/** The beginnings of ranges of keys: every block looks for what is due, and for what is old, at the same places. */
import { compareBytes, concat } from '../../codec/index.ts'
import type { Freshness } from './freshness.ts'
import type { KeyChange } from './known-answers.ts'

/** Ranges that are kept at most: each block is held against all of them. */
const maximumKept = 4

/** Rows of a scan that may be kept, and how many more are fetched than were asked for, so that some may go. */
const maximumRows = 256
const spareRows = 64

/** Bytes of one range's values that are kept at most. */
const maximumBytes = 256 * 1024

type Row = { readonly key: Uint8Array; readonly value: Uint8Array }

/** All rows from its beginning up to `end`, exclusive; undefined when there are no others. */
type Range = { readonly from: Uint8Array; readonly end: Uint8Array | undefined; readonly rows: readonly Row[] }

/** What a database answers: the first rows between two keys, and the first key after the second of them. */
export type AskRange = (
  from: Uint8Array,
  until: Uint8Array,
  limit: number,
) => Promise<{ readonly rows: readonly Row[]; readonly next: Uint8Array | undefined }>

export class KnownRanges {
  readonly #freshness: Freshness
  /** By the hexadecimal form of their beginnings. */
  readonly #known = new Map<string, Range>()

  constructor(freshness: Freshness) {
    this.#freshness = freshness
  }

  /** Rows in key order: `from` inclusive, `until` exclusive. */
  async scan(from: Uint8Array, until: Uint8Array, limit: number, ask: AskRange): Promise<readonly Row[]> {
    const known = this.#known.get(from.toHex())
    const found = known === undefined ? undefined : firstRows(known, until, limit)
    if (found !== undefined) return found
    const { moment } = this.#freshness
    const wanted = limit + spareRows
    const { rows, next } = await ask(from, until, wanted)
    const keeps = limit <= maximumRows && rows.reduce((sum, { value }) => sum + value.length, 0) <= maximumBytes
    if (keeps && moment !== undefined && moment === this.#freshness.moment) {
      this.#keep(rows.length < wanted ? { from, end: next, rows } : upToLast(from, rows))
    }
    return rows.slice(0, limit)
  }

  apply(changes: readonly KeyChange<Uint8Array>[]): void {
    for (const range of this.#known.values()) {
      const inside = changes.filter(({ key }) => isInside(range, key))
      if (inside.length > spareRows) this.#known.delete(range.from.toHex())
      else if (inside.length > 0) this.#keep(changed(range, inside))
    }
  }

  clear(): void {
    this.#known.clear()
  }

  #keep(range: Range): void {
    this.#known.set(range.from.toHex(), range)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maximumKept) return
      this.#known.delete(oldest)
    }
  }
}

/** Undefined when the range does not reach far enough. */
function firstRows({ rows, end }: Range, until: Uint8Array, limit: number): readonly Row[] | undefined {
  const found = rows.filter(({ key }) => compareBytes(key, until) < 0).slice(0, limit)
  const isWhole = end === undefined || compareBytes(until, end) <= 0
  return isWhole || found.length === limit ? found : undefined
}

function isInside({ from, end }: Range, key: Uint8Array): boolean {
  return compareBytes(key, from) >= 0 && (end === undefined || compareBytes(key, end) < 0)
}

function changed(range: Range, changes: readonly KeyChange<Uint8Array>[]): Range {
  const rows = [...range.rows]
  for (const { key, after } of changes) {
    const at = placeOf(rows, key)
    const isThere = rows[at] !== undefined && compareBytes(rows[at].key, key) === 0
    rows.splice(at, isThere ? 1 : 0, ...(after === null ? [] : [{ key, value: after }]))
  }
  const most = maximumRows + spareRows
  return rows.length <= most ? { ...range, rows } : upToLast(range.from, rows.slice(0, most))
}

/** The place of the first row whose key is not before this one. */
function placeOf(rows: readonly Row[], key: Uint8Array): number {
  const at = rows.findLastIndex((row) => compareBytes(row.key, key) < 0)
  return at + 1
}

/** Nothing is known of what comes after the last row. */
function upToLast(from: Uint8Array, rows: readonly Row[]): Range {
  const last = rows.at(-1)?.key
  return { from, end: last === undefined ? from : concat(last, Uint8Array.of(0)), rows }
}
