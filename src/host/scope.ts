/** What one run of one rule may still do: reads that it did not declare, bytes that it may write. */
import type { Address } from '../module/index.ts'
import { transactionError } from './errors.ts'
import { maximumUndeclaredReads, maximumWrittenBytes } from './limits.ts'

/** What stays the same for all rules of a block. */
export type BlockFacts = {
  readonly chain: string
  readonly height: bigint
  readonly time: bigint
  readonly protocol: number
}

/** One run of one rule: what it declared, and what it used. A new run starts a new scope. */
export class Scope {
  readonly #declared: ReadonlySet<string>
  readonly #always: ReadonlySet<string>
  readonly #undeclared = new Set<string>()
  readonly position: { readonly transaction: number; readonly operation: number; readonly item: number }
  readonly budget: WriteBudget

  constructor(
    declared: ReadonlySet<string>,
    always: ReadonlySet<string>,
    position: Scope['position'],
    budget: WriteBudget,
  ) {
    this.#declared = declared
    this.#always = always
    this.position = position
    this.budget = budget
  }

  /** @throws transaction.undeclared-reads */
  read(address: Address): void {
    const { id } = address
    if (this.#declared.has(id) || this.#always.has(id) || this.#undeclared.has(id)) return
    if (this.#undeclared.size >= maximumUndeclaredReads) {
      throw transactionError('undeclared-reads', { limit: maximumUndeclaredReads })
    }
    this.#undeclared.add(id)
  }
}

/** Bytes that one transaction may still write. Undone writes count: the work was done. */
export class WriteBudget {
  #left = maximumWrittenBytes

  get left(): number {
    return this.#left
  }

  /** Takes the budget back to what it was before a run that has to be repeated: repetitions differ between nodes. */
  restore(left: number): void {
    this.#left = left
  }

  /** @throws transaction.too-much-written */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw transactionError('too-much-written', { limit: maximumWrittenBytes })
  }
}
