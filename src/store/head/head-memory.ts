import type { BlockPlace, BlockWrite } from '../port.ts'
import { Freshness } from './freshness.ts'
import { KnownAnswers } from './known-answers.ts'
import { KnownRanges } from './known-ranges.ts'

export class HeadMemory {
  readonly #freshness = new Freshness()
  readonly records = new KnownAnswers<Uint8Array>(this.#freshness)
  readonly ranges = new KnownRanges(this.#freshness)
  /** Where transactions stand, by their ids. */
  readonly places = new KnownAnswers<BlockPlace>(this.#freshness)

  /** A block was written: it is the head from now on. */
  written({ height, records, transactions }: Pick<BlockWrite, 'height' | 'records' | 'transactions'>): void {
    this.records.apply(records)
    this.ranges.apply(records)
    this.places.apply(transactions.map(({ id, position }) => ({ key: id, after: { height, position } })))
    this.#freshness.written()
  }

  /** Nobody knows whether a block was written: all is forgotten, and nothing kept until the next one has been. */
  inDoubt(): void {
    for (const part of [this.records, this.ranges, this.places]) part.clear()
    this.#freshness.inDoubt()
  }
}
