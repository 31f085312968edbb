import { maximumValidity, type Transaction } from '../codec/index.ts'
import { transactionError } from './errors.ts'
import type { BlockFacts } from './scope.ts'

/**
 * For this chain, and at this block time: the same for admission, which asks about the head, and for the block.
 * @throws transaction.other-chain, transaction.expired, transaction.too-far
 */
export function requirePlaceAndTime(
  { chain: named, validUntil }: Pick<Transaction, 'chain' | 'validUntil'>,
  { chain, time }: Pick<BlockFacts, 'chain' | 'time'>,
): void {
  if (named !== chain) throw transactionError('other-chain', { named, chain })
  if (validUntil < time) throw transactionError('expired', { validUntil, time })
  if (validUntil > time + maximumValidity) {
    throw transactionError('too-far', { validUntil, time, limit: maximumValidity })
  }
}
