/** Results and events as bytes: numbers only, since engines hash results; readers make the texts. */
import { Bytes, decodeAs, encodeAs, List, Name, Optional, Row, type ValueOf, Whole } from '../codec/index.ts'
import { maximumEventBytes } from './limits.ts'

const Verdict = Whole({ maximum: 0xffff })

/** One operation: nothing for a single one (the transaction's code says it), a number for each item of a batch. */
export const OperationResult = Row({ verdicts: Optional(List(Verdict, { maximum: 65_536 })) })

/** What stands in a block's results: 0 done, 1 unchanged, else an error number of the catalogue. */
export const TransactionResult = Row({ code: Verdict, operations: List(OperationResult, { maximum: 64 }) })
export type TransactionResult = ValueOf<typeof TransactionResult>

export const done = 0
export const unchanged = 1

/** An event with its place: transaction -1 is due work, written as 0 with others counted from 1. */
export const StoredEvent = Row({
  transaction: Whole({ maximum: 1_000_000 }),
  operation: Whole({ maximum: 64 }),
  item: Whole({ maximum: 65_536 }),
  module: Name,
  name: Name,
  body: Bytes({ maximum: maximumEventBytes }),
})
export type StoredEvent = ValueOf<typeof StoredEvent>

const Results = Row({ results: List(TransactionResult, { maximum: 1_000_000 }) })
const Events = Row({ events: List(StoredEvent, { maximum: 1_000_000 }) })

export function encodeResult(result: TransactionResult): Uint8Array {
  return encodeAs(TransactionResult, result)
}

export function decodeResult(bytes: Uint8Array): TransactionResult {
  return decodeAs(TransactionResult, bytes)
}

export function encodeResults(results: readonly TransactionResult[]): Uint8Array {
  return encodeAs(Results, { results })
}

export function decodeResults(bytes: Uint8Array): readonly TransactionResult[] {
  return decodeAs(Results, bytes).results
}

export function encodeEvents(events: readonly StoredEvent[]): Uint8Array {
  return encodeAs(Events, { events })
}

export function decodeEvents(bytes: Uint8Array): readonly StoredEvent[] {
  return decodeAs(Events, bytes).events
}
