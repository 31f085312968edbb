/** What a node says of a transaction before it is in a block, and what it would put into a proposal. */

import { isOutage } from '../../../src/chain/index.ts'
import { decodeEnvelope, toHex } from '../../../src/codec/index.ts'
import { timestampFromMilliseconds } from '../../../src/light/index.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import type { DescribedTransaction } from '../model/described.ts'
import type { Model } from '../model/ledger.ts'
import type { SimulatedBlock } from '../world/world.ts'
import type { Actor } from './actor.ts'
import { requireSame } from './difference.ts'

export async function compareAdmission({ chain }: Actor, model: Model, block: SimulatedBlock, random: SeededRandom) {
  for (const { bytes, described } of block.transactions) {
    if (random.chance(0.6)) continue
    const admission = await chain.admit(bytes, 'api')
    if (!admission.accepted && isOutage(admission.refusal)) throw admission.refusal
    const expected = model.admission(described)
    const found = admission.accepted ? undefined : admission.refusal.code
    // Of what can't be read admission says more than a block does.
    if (described.readable) requireSame('admission', found, expected)
    else requireSame('admission of what can not be read', admission.accepted, false)
  }
}

export async function compareProposal({ chain }: Actor, model: Model, block: SimulatedBlock, random: SeededRandom) {
  if (random.chance(0.7)) return
  // What was executed and can't be any more may be forgotten; a proposal that holds it does no harm.
  const offered = block.transactions.filter(({ described }) => !isForgettable(model, described))
  const candidates = offered.map(({ bytes }) => bytes)
  const time = timestampFromMilliseconds(block.time)
  const height = model.head.height + 1n
  const chosen = await chain.prepareProposal({ height, time, candidates, maximumBytes: 4_000_000 })
  const ids = new Set<string>()
  const expected = offered.filter(({ described }) => {
    if (!model.isProposable(described, ids) || !described.readable) return false
    ids.add(described.id)
    return true
  })
  const turns = (transactions: readonly Uint8Array[]) =>
    Map.groupBy(transactions, (bytes) => toHex(decodeEnvelope(bytes).transaction.signers[0]!.subject))
  const [found, owed] = [turns(chosen), turns(expected.map(({ bytes }) => bytes))]
  requireSame('the senders of a proposal', [...found.keys()].sort(), [...owed.keys()].sort())
  // Senders take turns, and each keeps its order.
  for (const [sender, transactions] of owed) requireSame('a proposal', found.get(sender), transactions)
}

function isForgettable({ state, head }: Model, transaction: DescribedTransaction): boolean {
  const used = transaction.readable ? state.used.get(transaction.id) : undefined
  return used !== undefined && used.validUntil < head.time
}
