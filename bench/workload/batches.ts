/** Batches as a production line hands them over: signed transactions, made before the clock starts. */
import { pkiModule, pkiName } from '../../pki/contract/index.ts'
import { makeOperation, signTransaction } from '../../src/node/index.ts'
import type { BenchChain } from './chain.ts'

/** Milliseconds of block time for which a batch may wait; the ledger allows an hour. */
const validity = 55n * 60_000n

/** Signs certificates in batches of `size`. @returns the transactions, in the order of the certificates */
export async function signBatches(
  chain: BenchChain,
  certificates: readonly Uint8Array[],
  size: number,
): Promise<readonly Uint8Array[]> {
  const declared = pkiModule.transactions.publish
  if (declared === undefined) throw new TypeError('the certificate module has no publish transaction')
  const validUntil = BigInt(Date.now()) + validity
  const batches: Uint8Array[] = []
  for (let first = 0; first < certificates.length; first += size) {
    const items = certificates.slice(first, first + size).map((certificate) => ({ certificate }))
    const operation = makeOperation(pkiName, 'publish', declared, items)
    batches.push(await signTransaction(chain.id, [operation], [chain.line], validUntil))
  }
  return batches
}
