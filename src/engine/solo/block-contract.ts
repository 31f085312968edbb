/** What the engine gives to the application about a block, and what it expects back. */
import { type Header, resultsHash } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { BlockInput, BlockOutput } from '../port.ts'
import { blockIdOf, type Outcome } from './header.ts'
import { maximumTransactionsBytes } from './mempool.ts'

/** Light clients take only SHA-256 roots. */
const appHashLength = 32
const maximumCode = 2 ** 32 - 1

export function blockInput(header: Header, transactions: readonly Uint8Array[], initialHeight: bigint): BlockInput {
  const { height, time, proposerAddress: proposer } = header
  return {
    height,
    hash: blockIdOf(header).hash,
    time,
    transactions,
    proposer,
    misbehaviour: [],
    votedLast: votesBefore(height, proposer, initialHeight),
  }
}

export function bytesOf(transactions: readonly Uint8Array[]): number {
  return transactions.reduce((sum, { length }) => sum + length, 0)
}

/** Who voted on the block before: the one validator, on all but the first. */
export function votesBefore(height: bigint, validator: Uint8Array, initialHeight: bigint): BlockInput['votedLast'] {
  return height === initialHeight ? [] : [{ validator, signed: true }]
}

/** @throws engine.application-answer */
export function checkProposal(height: bigint, transactions: readonly Uint8Array[]): void {
  const size = bytesOf(transactions)
  if (size > maximumTransactionsBytes) broken(height, `it proposed ${size} bytes of transactions`)
}

/** @throws engine.application-answer, engine.solo-validators */
export function outcomeOf({ height, transactions }: BlockInput, output: BlockOutput, before: Outcome): Outcome {
  const { results, appHash, validatorUpdates, appVersion = before.appVersion } = output
  if (results.length !== transactions.length) broken(height, 'it gave not one result for each transaction')
  if (results.some(({ code }) => !Number.isInteger(code) || code < 0 || code > maximumCode)) {
    broken(height, 'a result code is not a uint32')
  }
  if (validatorUpdates.length > 0) throw engineError('solo-validators', { reason: 'a block would change them' })
  checkAppHash(height, appHash)
  return { resultsHash: resultsHash(results), appHash, appVersion }
}

/** @throws engine.application-answer */
export function checkAppHash(height: bigint, appHash: Uint8Array): void {
  if (appHash.length !== appHashLength) broken(height, `its hash has ${appHash.length} bytes`)
}

function broken(height: bigint, reason: string): never {
  throw engineError('application-answer', { height, reason })
}
