/** A committed block as projections read it: what its row in the archive says, and nothing else. */
import { decodeBlock } from '../chain/index.ts'
import { decodeAs, decodeEnvelope, List, type Operation, Struct, type TSchema, type ValueOf } from '../codec/index.ts'
import { decodeEvents, decodeResults, type StoredEvent, type TransactionResult } from '../host/index.ts'
import type { StoredBlock } from '../store/index.ts'

/** Bits of a place that count events within their block: more than a block can have. */
const eventBits = 20n

/** An event with its place in the history of the chain: places rise from event to event and from block to block. */
export type FollowedEvent = StoredEvent & { readonly place: bigint }

/** The height of a place: the same in SQL is `place >> 20`. */
export function heightOf(place: bigint): bigint {
  return place >> eventBits
}

export class FollowedBlock {
  readonly height: bigint
  /** Block time in milliseconds. */
  readonly time: bigint
  readonly #stored: StoredBlock
  readonly #operations = new Map<number, readonly Operation[]>()
  #transactions: readonly Uint8Array[] | undefined

  constructor(stored: StoredBlock) {
    this.height = stored.height
    this.time = stored.time
    this.#stored = stored
  }

  /** In the order in which they happened. @throws every code of `codec` */
  readonly events = lazily(() =>
    decodeEvents(this.#stored.events).map(
      (event, index): FollowedEvent => ({ ...event, place: (this.height << eventBits) + BigInt(index) }),
    ),
  )

  /** Results by the place of their transaction. @throws every code of `codec` */
  readonly results = lazily((): readonly TransactionResult[] => decodeResults(this.#stored.results))

  /** The operation in which an event happened; undefined for work of the chain itself. @throws every code of `codec` */
  operationOf({ transaction, operation }: Pick<StoredEvent, 'transaction' | 'operation'>): Operation | undefined {
    if (transaction === 0) return undefined
    let operations = this.#operations.get(transaction)
    if (operations === undefined) {
      this.#transactions ??= decodeBlock(this.#stored.block).transactions
      const bytes = this.#transactions[transaction - 1]
      if (bytes === undefined) return undefined
      operations = decodeEnvelope(bytes).transaction.operations
      this.#operations.set(transaction, operations)
    }
    return operations[operation]
  }

  /** Reads the items of batches of one type; each batch is decoded once, however many events its items have. */
  itemsOf<Schema extends TSchema>(item: Schema): (event: FollowedEvent) => ValueOf<Schema> | undefined {
    const body = Struct({ items: List(item, { maximum: maximumItems }) })
    const read = new Map<Operation, readonly ValueOf<Schema>[]>()
    return (event) => {
      const operation = this.operationOf(event)
      if (operation === undefined) return undefined
      let items = read.get(operation)
      if (items === undefined) {
        items = (decodeAs(body, operation.body) as { readonly items: readonly ValueOf<Schema>[] }).items
        read.set(operation, items)
      }
      return items[event.item]
    }
  }
}

/** What an event's item number can count. */
const maximumItems = 65_536

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
