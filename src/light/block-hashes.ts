/** The hashes in a header that cover a block's content and results. */
import { bytesField, concat, varintField } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { merkleRoot } from './merkle.ts'

/** `dataHash`: the Merkle root over the SHA-256 of each transaction. */
export function transactionsHash(transactions: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(transactions.map((transaction) => sha256(transaction)))
}

/** `lastResultsHash` of the next header: the Merkle root over code (a uint32) and data of each result; gas is 0 here. */
export function resultsHash(results: readonly { readonly code: number; readonly data: Uint8Array }[]): Uint8Array {
  return merkleRoot(results.map(({ code, data }) => concat(varintField(1, code), bytesField(2, data))))
}

/** `consensusHash`: of all consensus parameters CometBFT hashes the block's size in bytes and its gas (-1: no limit). */
export function consensusParametersHash(maximumBytes: bigint, maximumGas: bigint): Uint8Array {
  return sha256(concat(varintField(1, maximumBytes), varintField(2, maximumGas)))
}
