/** Ids of executed transactions by the height of their block, read from the newest height down as they are asked for. */
import type { ExecutedId } from '../store/index.ts'

type Source = {
  readonly height: bigint
  executedBetween(from: bigint, until: bigint): Promise<readonly ExecutedId[]>
}

/** Their table has no index by height: leaves ask in no order, and each new depth is one look through the table. */
export class ExecutedIds {
  readonly #source: Source
  readonly #byHeight = new Map<bigint, Uint8Array[]>()
  /** Heights from here on are read. */
  #from: bigint

  constructor(source: Source) {
    this.#source = source
    this.#from = source.height + 1n
  }

  async at(height: bigint): Promise<readonly Uint8Array[]> {
    if (height < this.#from) {
      for (const { id, height: of } of await this.#source.executedBetween(height, this.#from)) {
        const ids = this.#byHeight.get(of)
        if (ids === undefined) this.#byHeight.set(of, [id])
        else ids.push(id)
      }
      this.#from = height
    }
    return this.#byHeight.get(height) ?? []
  }
}
